//! The devices of the driver, from the opening of its library to its end.

use std::sync::Arc;

use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

use super::fields::{Fields, ThrottleTotals};
use super::gpm::Gpm;
use super::mailbox::{Gpus, ThreadControl};
use super::query::{Kind, Query, text};
use super::{raw, read};
use crate::gpu::device::{Gpu, Info, Mig};
use crate::reading::{ReadResult, Reading};

/// Passes over all devices of a driver that is open.
pub(super) struct Session<'nvml, 'control> {
    nvml: &'nvml Nvml,
    control: &'control ThreadControl,
    own_pid: ReadResult<u32>,
    driver_version: String,
    passes: u64,
    devices: Vec<WatchedDevice<'nvml>>,
}

/// Result of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// Every device responded.
    Well,
    /// Some devices responded.
    PartlyLost,
    /// None did.
    Lost,
}

impl<'nvml, 'control> Session<'nvml, 'control> {
    pub(super) fn new(nvml: &'nvml Nvml, control: &'control ThreadControl) -> Self {
        control.extend_deadline();
        Self {
            nvml,
            control,
            own_pid: read::own_pid(),
            driver_version: raw::driver_version(nvml).unwrap_or_default(),
            passes: 0,
            devices: Vec::new(),
        }
    }

    /// Makes a pass over all devices. Every [`SEARCH_EVERY`] passes it searches for devices first.
    pub(super) fn pass(&mut self) -> (Gpus, Health) {
        if self.passes.is_multiple_of(SEARCH_EVERY)
            && let Err(none) = self.search()
        {
            return (none, Health::Lost);
        }
        self.passes += 1;
        let (control, own) = (self.control, &self.own_pid);
        let (mut well, mut lost) = (0, None);
        let gpus: Vec<Gpu> = self
            .devices
            .iter_mut()
            .map(|device| {
                let (gpu, loss) = device.pass(control, own);
                well += usize::from(loss.is_none());
                lost = lost.or(loss);
                gpu
            })
            .collect();
        match lost {
            Some(reason) if well == 0 => (Reading::Unknown(reason.into()), Health::Lost),
            lost => {
                let health = lost.map_or(Health::Well, |_| Health::PartlyLost);
                (Reading::of(Ok(gpus.into())), health)
            }
        }
    }

    /// Finds the devices that there are, and keeps what is remembered of those that were there
    /// before.
    fn search(&mut self) -> Result<(), Gpus> {
        self.control.extend_deadline();
        let count = self.nvml.device_count().map_err(|error| unknown(&error))?;
        if count == 0 {
            return Err(Reading::Absent("no GPU".into()));
        }
        let mut found = Vec::new();
        for index in 0..count.min(MOST_GPUS) {
            self.find(index, &mut found);
        }
        if found.is_empty() {
            return Err(unknown(&NvmlError::NoPermission));
        }
        let before = std::mem::take(&mut self.devices);
        self.devices = found;
        for known in before {
            self.keep(known);
        }
        Ok(())
    }

    fn find(&self, index: u32, found: &mut Vec<WatchedDevice<'nvml>>) {
        self.control.extend_deadline();
        match self.nvml.device_by_index(index) {
            Ok(device) => self.add(index, device, found),
            // Another's: the driver counts those of other containers too.
            Err(NvmlError::NoPermission) => {}
            Err(error) => {
                let info = Info {
                    index,
                    driver_version: self.driver_version.clone(),
                    ..Info::default()
                };
                found.push(WatchedDevice::lost(info, text(&error)));
            }
        }
    }

    /// Adds a GPU and its instances.
    fn add(&self, index: u32, device: Device<'nvml>, found: &mut Vec<WatchedDevice<'nvml>>) {
        self.control.extend_deadline();
        let partitioned = device.mig_mode().is_ok_and(|mode| mode.current == 1);
        let kind = if partitioned {
            Kind::Partitioned
        } else {
            Kind::Whole
        };
        let info = Info {
            index,
            pci_bus_id: self.text(&device, raw::pci_bus_id),
            ..self.info(&device)
        };
        let instances = if partitioned {
            self.instances(&device)
        } else {
            Vec::new()
        };
        let instances = instances
            .into_iter()
            .map(|instance| self.instance(instance, &info))
            .collect::<Vec<_>>();
        found.push(WatchedDevice::new(device, info, kind, None));
        found.extend(instances);
    }

    /// Every handle of an instance: their numbers have gaps.
    ///
    /// If the driver does not say how many there can be, none is found until the next search, and
    /// the GPU is listed alone, as one without instances is. An instance that was known before is
    /// not listed meanwhile.
    fn instances(&self, gpu: &Device<'nvml>) -> Vec<Device<'nvml>> {
        self.control.extend_deadline();
        let most = gpu.mig_device_count().unwrap_or(0).min(MOST_INSTANCES);
        (0..most)
            .filter_map(|number| {
                self.control.extend_deadline();
                gpu.mig_device_by_index(number).ok()
            })
            .collect()
    }

    fn instance(&self, device: Device<'nvml>, gpu: &Info) -> WatchedDevice<'nvml> {
        self.control.extend_deadline();
        let parent = device.mig_parent_device().ok();
        let gpu_instance = raw::gpu_instance(&device).ok();
        let own = self.info(&device);
        let mig = Mig {
            gpu_instance,
            compute_instance: raw::compute_instance(&device).ok(),
            profile: profile(&own.name),
        };
        let info = Info {
            index: gpu.index,
            pci_bus_id: gpu.pci_bus_id.clone(),
            mig: Some(mig),
            ..own
        };
        WatchedDevice::new(device, info, Kind::Instance, parent.zip(gpu_instance))
    }

    fn info(&self, device: &Device<'nvml>) -> Info {
        Info {
            uuid: self.text(device, raw::uuid),
            name: self.text(device, raw::name),
            driver_version: self.driver_version.clone(),
            ..Info::default()
        }
    }

    fn text(
        &self,
        device: &Device<'nvml>,
        read: fn(&Device<'_>) -> Result<String, NvmlError>,
    ) -> String {
        self.control.extend_deadline();
        read(device).unwrap_or_default()
    }

    /// Puts back what was known of a device that is still there.
    fn keep(&mut self, known: WatchedDevice<'nvml>) {
        let found = self.devices.iter_mut();
        if let Some(same) = found.into_iter().find(|found| found.is(&known)) {
            *same = known;
        }
    }
}

fn unknown(error: &NvmlError) -> Gpus {
    Reading::Unknown(text(error).into())
}

/// The driver puts it at the end of an instance's name, as in `NVIDIA H100 80GB HBM3 MIG 1g.10gb`.
fn profile(name: &str) -> String {
    name.rsplit_once("MIG ")
        .map_or_else(String::new, |(_, profile)| profile.to_owned())
}

/// A new instance is found within a minute; the handles of all devices cost milliseconds.
const SEARCH_EVERY: u64 = 60;

/// More than any machine has: a broken driver's count does not keep the thread busy for ever.
const MOST_GPUS: u32 = 64;

/// A GPU has at most 7 compute instances.
const MOST_INSTANCES: u32 = 16;

/// A device of the driver's, and what is remembered of it.
pub(super) struct WatchedDevice<'nvml> {
    info: Arc<Info>,
    kind: Kind,
    /// An error if the driver counts a GPU that it does not open.
    device: Result<Device<'nvml>, &'static str>,
    gpm: Gpm<'nvml>,
    totals: ThrottleTotals,
}

impl<'nvml> WatchedDevice<'nvml> {
    /// Watches `device`; of an instance, `gpu` is the GPU that it is part of and the number that it
    /// has there.
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
            totals: ThrottleTotals::default(),
        }
    }

    /// A GPU that should be there and is not.
    pub(super) fn lost(info: Info, reason: &'static str) -> Self {
        Self {
            info: info.into(),
            kind: Kind::Whole,
            device: Err(reason),
            gpm: Gpm::new(None),
            totals: ThrottleTotals::default(),
        }
    }

    /// Returns true if both are the same device, and it is there.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.info == other.info && self.device.is_ok() && other.device.is_ok()
    }

    /// Reads everything, and returns why the device is lost if it is.
    pub(super) fn pass(
        &mut self,
        control: &ThreadControl,
        own: &ReadResult<u32>,
    ) -> (Gpu, Option<&'static str>) {
        let query = Query::new(
            self.device.as_ref().map_err(|reason| *reason),
            self.kind,
            control,
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
        gpu.processes = read::processes(&query);
        gpu.process_memory_used = read::process_memory_used(&gpu.processes, own);
        (gpu, query.loss())
    }
}
