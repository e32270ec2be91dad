//! GPU readings.

use std::sync::Arc;

use crate::gpu::{Gpu, without_partitioned};
use crate::reading::{ReadResult, Reading};
use crate::table::{Value, group};
use wf_instrument::Ratio;

group! {
    /// GPUs.
    #[non_exhaustive]
    Gpus {
        /// Instances of partitioned GPUs too; absent where the machine has no GPU.
        devices: Reading<Arc<[Gpu]>> = parts "gpus",
            "Each GPU of this machine.";
        /// Of a GPU or an instance without a utilisation, `sm_active`. Unknown if one has neither,
        /// since that one may be the busiest.
        busiest_utilization: Reading<Ratio> = gauge "gpu_busiest_utilization" ["gpu"],
            "Busy share of the busiest GPU.";
        busiest_memory_utilization: Reading<Ratio> =
            gauge "gpu_busiest_memory_utilization" ["gpu_memory"],
            "Used share of the memory of the busiest GPU.";
    }
}

/// Each GPU has a table of its own.
impl Value for Arc<[Gpu]> {
    fn numbers(&self, _: &mut dyn FnMut(usize, f64)) {}
}

impl Gpus {
    /// With the busiest of `devices`.
    pub(crate) fn of(devices: Reading<Arc<[Gpu]>>) -> Self {
        let busiest = devices.clone().and_then(|gpus| busiest(&gpus));
        let (busiest_utilization, busiest_memory_utilization) = match busiest {
            Reading::Present { value, .. } => value,
            Reading::Absent(why) => (Reading::Absent(why.clone()), Reading::Absent(why)),
            Reading::Unknown(why) => (Reading::Unknown(why.clone()), Reading::Unknown(why)),
        };
        Self {
            devices,
            busiest_utilization,
            busiest_memory_utilization,
        }
    }
}

/// Returns the utilisation of the busiest GPU, and the share of its memory in use.
fn busiest(gpus: &[Gpu]) -> ReadResult<(Reading<Ratio>, Reading<Ratio>)> {
    let share = |gpu: &Gpu| load(gpu).value().map_or(f64::INFINITY, |share| share.get());
    let busiest = without_partitioned(gpus).max_by(|a, b| share(a).total_cmp(&share(b)));
    let busiest = busiest.ok_or("the driver lists no GPU")?;
    Ok((load(busiest), full(busiest)))
}

fn load(gpu: &Gpu) -> Reading<Ratio> {
    match (&gpu.utilization, &gpu.sm_active) {
        (Reading::Present { .. }, _) => gpu.utilization.clone(),
        (_, Reading::Present { .. }) => gpu.sm_active.clone(),
        _ => unread(&gpu.utilization),
    }
}

/// The load of a GPU that is there but reports none is unknown, not absent.
fn unread(reading: &Reading<Ratio>) -> Reading<Ratio> {
    match reading {
        Reading::Absent(why) => Reading::Unknown(why.clone()),
        other => other.clone(),
    }
}

fn full(gpu: &Gpu) -> Reading<Ratio> {
    gpu.memory
        .clone()
        .and_then(|memory| memory.used_share().ok_or("a GPU without memory".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Memory;
    use wf_instrument::{Bytes, Nanos};

    fn read<T>(value: T) -> Reading<T> {
        Reading::Present {
            value,
            at: Nanos::ZERO,
        }
    }

    fn share(share: f64) -> Reading<Ratio> {
        read(Ratio::new(share).unwrap())
    }

    fn gpu(utilization: Reading<Ratio>, sm_active: Reading<Ratio>, used: u64) -> Gpu {
        Gpu {
            utilization,
            sm_active,
            memory: read(Memory {
                total: Bytes::new(100),
                used: Bytes::new(used),
                free: Bytes::new(100 - used),
                reserved: Bytes::new(0),
            }),
            ..Gpu::default()
        }
    }

    fn absent() -> Reading<Ratio> {
        Reading::Absent("not reported for instances".into())
    }

    #[test]
    fn the_busiest_gpu_is_reported_with_its_own_memory() {
        let devices = [gpu(share(0.2), absent(), 90), gpu(share(0.7), absent(), 10)];
        let gpus = Gpus::of(read(devices.into()));
        assert_eq!(
            (gpus.busiest_utilization, gpus.busiest_memory_utilization),
            (share(0.7), share(0.1))
        );
    }

    #[test]
    fn an_instance_is_as_busy_as_its_multiprocessors() {
        let devices = [
            gpu(absent(), share(0.8), 50),
            gpu(share(0.7), share(0.1), 10),
        ];
        let gpus = Gpus::of(read(devices.into()));
        assert_eq!(
            (gpus.busiest_utilization, gpus.busiest_memory_utilization),
            (share(0.8), share(0.5))
        );
    }

    #[test]
    fn a_gpu_without_utilization_may_be_the_busiest() {
        let silent = Reading::Unknown("GPU is lost".into());
        let devices = [gpu(share(0.7), absent(), 10), gpu(silent, absent(), 90)];
        let gpus = Gpus::of(read(devices.into()));
        assert_eq!(gpus.busiest_utilization.reason(), Some("GPU is lost"));
    }

    #[test]
    fn a_gpu_without_utilization_is_not_absent() {
        let gpus = Gpus::of(read([gpu(absent(), absent(), 50)].into()));
        assert_eq!(
            gpus.busiest_utilization,
            Reading::Unknown("not reported for instances".into())
        );
        assert_eq!(gpus.busiest_memory_utilization, share(0.5));
    }

    #[test]
    fn a_machine_without_gpus_has_none_that_is_busy() {
        let none = Gpus::of(Reading::Absent("no GPU".into()));
        assert!(
            none.busiest_utilization.is_absent() && none.busiest_memory_utilization.is_absent()
        );
        let unread = Gpus::of(Reading::Unknown("the driver does not answer".into()));
        assert_eq!(
            unread.busiest_utilization.reason(),
            Some("the driver does not answer")
        );
        assert!(!unread.busiest_utilization.is_absent());
    }
}
