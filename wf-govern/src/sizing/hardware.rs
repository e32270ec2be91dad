//! The hardware that a process may use.

use wf_instrument::Bytes;
use wf_sense::gpu::without_partitioned;
use wf_sense::{Gpus, Readings};

use crate::number::to_f64;

/// The hardware that a process may use, and that of its host.
///
/// Plain values, read by sensors or set by hand; `None` is unknown. A number of cores that is not
/// positive and finite counts as unknown.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Hardware {
    /// Cores that the process may use; a fraction if a CPU quota says so.
    pub cores: Option<f64>,
    /// Cores of the host.
    pub host_cores: Option<f64>,
    /// CPU quota of the container, in cores; `None` also if there is none.
    pub cpu_quota: Option<f64>,
    /// Memory that the process may use: the limit of the container, or that of the host.
    pub memory: Option<Bytes>,
    /// Memory of the host.
    pub host_memory: Option<Bytes>,
    /// Memory of each GPU; empty if there is no GPU, `None` if that is unknown. MIG instances count
    /// instead of their GPU.
    pub gpu_memory: Option<Vec<Bytes>>,
}

impl Hardware {
    /// Returns the hardware that one pass over the sensors found.
    ///
    /// GPUs are unknown until the first pass over them has ended: see
    /// [`Sensors::settle`](wf_sense::Sensors::settle).
    #[must_use]
    pub fn from_readings(readings: &Readings) -> Self {
        let cpu = &readings.cpu;
        Self {
            cores: cpu.limit.value().copied(),
            host_cores: cpu.host_cores.value().copied().map(to_f64),
            cpu_quota: cpu.quota.value().copied(),
            memory: readings.memory.limit.value().copied(),
            host_memory: readings.memory.host_total.value().copied(),
            gpu_memory: gpu_memory(&readings.gpus),
        }
    }

    /// Returns the usable cores: at most those of the host and of the quota, which values set by
    /// hand may exceed.
    ///
    /// Unknown if `cores` is unknown: a container may be allowed less than the host has.
    pub(super) fn usable_cores(&self) -> Option<f64> {
        let bounds = [self.host_cores, self.cpu_quota].map(valid);
        valid(self.cores).map(|cores| bounds.into_iter().flatten().fold(cores, f64::min))
    }

    /// Returns the usable memory: at most that of the host. Unknown if `memory` is unknown.
    pub(super) fn usable_memory(&self) -> Option<Bytes> {
        let most = self.host_memory.unwrap_or(Bytes::new(u64::MAX));
        self.memory.map(|memory| memory.min(most))
    }

    /// Returns the memory of each known GPU.
    pub(super) fn gpus(&self) -> &[Bytes] {
        self.gpu_memory.as_deref().unwrap_or_default()
    }
}

/// Unknown as soon as one GPU does not report its memory.
fn gpu_memory(gpus: &Gpus) -> Option<Vec<Bytes>> {
    match gpus.devices.value() {
        Some(devices) => without_partitioned(devices)
            .map(|gpu| Some(gpu.memory.value()?.total))
            .collect(),
        None => gpus.devices.is_absent().then(Vec::new),
    }
}

/// A number of cores that is positive and finite.
pub(super) fn valid(cores: Option<f64>) -> Option<f64> {
    cores.filter(|cores| cores.is_finite() && *cores > 0.0)
}
