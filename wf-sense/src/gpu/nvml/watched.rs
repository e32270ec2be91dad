//! One device, watched from pass to pass.

use std::sync::Arc;

use nvml_wrapper::Device;

use super::driver::Line;
use super::fields::Fields;
use super::gpm::Gpm;
use super::query::{Kind, Query};
use super::totals::Totals;
use super::{process, read};
use crate::gpu::device::{Gpu, Info};
use crate::reading::ReadResult;

/// A device of the driver's, and what is remembered of it.
pub(super) struct Watched<'nvml> {
    info: Arc<Info>,
    kind: Kind,
    /// Why there is none, where the driver counts a GPU that it does not give.
    device: Result<Device<'nvml>, &'static str>,
    gpm: Gpm<'nvml>,
    totals: Totals,
}

impl<'nvml> Watched<'nvml> {
    /// Watches `device`; of an instance, `gpu` is the GPU that it is part of and the number that it has there.
    pub(super) fn new(
        device: Device<'nvml>,
        info: Info,
        kind: Kind,
        gpu: Option<(Device<'nvml>, u32)>,
    ) -> Self {
        Self {
            info: info.into(),
            kind,
            device: Ok(device),
            gpm: Gpm::new(gpu),
            totals: Totals::default(),
        }
    }

    /// A GPU that should be there and is not.
    pub(super) fn lost(info: Info, reason: &'static str) -> Self {
        Self {
            info: info.into(),
            kind: Kind::Whole,
            device: Err(reason),
            gpm: Gpm::new(None),
            totals: Totals::default(),
        }
    }

    /// Whether both are the same device, and it is there.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.info == other.info && self.device.is_ok() && other.device.is_ok()
    }

    /// Asks for everything, and says why the device is lost if it is.
    pub(super) fn pass(
        &mut self,
        line: &Line,
        own: &ReadResult<u32>,
    ) -> (Gpu, Option<&'static str>) {
        let query = Query::new(
            self.device.as_ref().map_err(|reason| *reason),
            self.kind,
            line,
        );
        let mut gpu = Gpu {
            info: self.info.clone(),
            ..Gpu::default()
        };
        let fields = Fields::read(&query);
        read::activity(&query, &mut gpu);
        self.gpm.read(&query, &mut gpu);
        read::memory(&query, &mut gpu);
        read::power(&query, &fields, &mut gpu);
        read::clocks(&query, &mut gpu);
        gpu.throttle_times = self.totals.read(&query, &fields, &gpu.throttled);
        read::pcie(&query, &fields, &mut gpu);
        gpu.processes = process::read(&query);
        gpu.process_memory_used = process::own_memory(&gpu.processes, own);
        (gpu, query.loss())
    }
}
