//! What is known of a machine.

use crate::number::to_f64;
use wf_instrument::Bytes;
use wf_sense::gpu::undivided;
use wf_sense::{Gpus, Readings};

/// What a process may use of a machine, and what the machine has. `None` is what is not known.
///
/// Plain values, from a sensor or by hand. A number of processors that is not a positive, finite number counts as not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Machine {
    /// Processors that the process may use; a fraction where a quota says so.
    pub cores: Option<f64>,
    /// Processors of the host.
    pub host_cores: Option<f64>,
    /// Processors that a container's quota allows; `None` also where there is no quota.
    pub quota: Option<f64>,
    /// Memory that the process may use: the container's limit or, without one, the host's memory.
    pub memory: Option<Bytes>,
    /// Memory of the host.
    pub host_memory: Option<Bytes>,
    /// Memory of each GPU; empty where there is none, `None` where that could not be found out.
    pub vram: Option<Vec<Bytes>>,
}

impl Machine {
    /// What one pass over the sensors found out. Of GPUs, that takes until the first pass over them has ended: see
    /// [`Sensors::settle`](wf_sense::Sensors::settle).
    #[must_use]
    pub fn read(readings: &Readings) -> Self {
        let cpu = &readings.cpu;
        Self {
            cores: cpu.cores.value().copied(),
            host_cores: cpu.host_cores.value().copied().map(to_f64),
            quota: cpu.quota.value().copied(),
            memory: readings.memory.limit.value().copied(),
            host_memory: readings.memory.host_total.value().copied(),
            vram: vram(&readings.gpus),
        }
    }

    /// Processors that the process may use, and no more than the host has and the quota allows: who fills this in by hand may forget that.
    ///
    /// Where `cores` is unknown, so is this: the host's number alone would promise a container too much.
    pub(super) fn usable_cores(&self) -> Option<f64> {
        let bounds = [self.host_cores, self.quota].map(sensible);
        sensible(self.cores).map(|cores| bounds.into_iter().flatten().fold(cores, f64::min))
    }

    /// Memory that the process may use, and no more than the host has. Unknown where the limit is, for the same reason.
    pub(super) fn usable_memory(&self) -> Option<Bytes> {
        let most = self.host_memory.unwrap_or(Bytes::new(u64::MAX));
        self.memory.map(|memory| memory.min(most))
    }

    /// The memory of each GPU that is known.
    pub(super) fn gpus(&self) -> &[Bytes] {
        self.vram.as_deref().unwrap_or_default()
    }

    /// The memory of the largest GPU.
    pub(super) fn largest_gpu(&self) -> Option<Bytes> {
        self.gpus().iter().copied().max()
    }
}

/// What a model in a GPU, or in an instance of one, may have. Unknown as soon as one does not tell.
fn vram(gpus: &Gpus) -> Option<Vec<Bytes>> {
    match gpus.devices.value() {
        Some(devices) => undivided(devices)
            .map(|gpu| Some(gpu.memory.value()?.total))
            .collect(),
        None => gpus.devices.is_absent().then(Vec::new),
    }
}

/// A number of processors that can be one.
pub(super) fn sensible(cores: Option<f64>) -> Option<f64> {
    cores.filter(|cores| cores.is_finite() && *cores > 0.0)
}
