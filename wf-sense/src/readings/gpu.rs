//! GPU readings.

use std::sync::Arc;

use super::list::group;
use crate::Reading;
use crate::gpu::{Gpu, undivided};
use crate::reading::Answer;
use wf_instrument::Ratio;

/// GPUs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gpus {
    /// Each of them, instances of partitioned ones too; absent where the machine has none.
    pub devices: Reading<Arc<[Gpu]>>,
    /// The busy share of the busiest one: of a GPU or an instance that tells no such share, that of its multiprocessors. Unknown where one of
    /// them tells neither, since that may be the busiest.
    pub used: Reading<Ratio>,
    /// The used share of that one's memory.
    pub memory: Reading<Ratio>,
}

group!(Gpus {
    devices: "gpus",
    used: "gpu",
    memory: "gpu_memory",
});

impl Gpus {
    /// With the busiest of `devices`.
    pub(crate) fn of(devices: Reading<Arc<[Gpu]>>) -> Self {
        let busiest = devices.clone().and_then(|gpus| busiest(&gpus));
        let (used, memory) = match busiest {
            Reading::Present { value, .. } => value,
            Reading::Absent(why) => (Reading::Absent(why.clone()), Reading::Absent(why)),
            Reading::Unknown(why) => (Reading::Unknown(why.clone()), Reading::Unknown(why)),
        };
        Self {
            devices,
            used,
            memory,
        }
    }
}

/// How busy the busiest is, and how full its memory.
fn busiest(gpus: &[Gpu]) -> Answer<(Reading<Ratio>, Reading<Ratio>)> {
    let share = |gpu: &Gpu| load(gpu).value().map_or(f64::INFINITY, |share| share.get());
    let busiest = undivided(gpus).max_by(|a, b| share(a).total_cmp(&share(b)));
    let busiest = busiest.ok_or("no GPU is told of")?;
    Ok((load(busiest), full(busiest)))
}

fn load(gpu: &Gpu) -> Reading<Ratio> {
    match (&gpu.utilization, &gpu.sm_active) {
        (Reading::Present { .. }, _) => gpu.utilization.clone(),
        (_, Reading::Present { .. }) => gpu.sm_active.clone(),
        _ => unread(&gpu.utilization),
    }
}

/// A GPU that is there and tells nothing is not absent.
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
        Reading::Absent("not told of instances".into())
    }

    #[test]
    fn the_busiest_is_told_with_its_own_memory() {
        let devices = [gpu(share(0.2), absent(), 90), gpu(share(0.7), absent(), 10)];
        let gpus = Gpus::of(read(devices.into()));
        assert_eq!((gpus.used, gpus.memory), (share(0.7), share(0.1)));
    }

    #[test]
    fn an_instance_is_as_busy_as_its_multiprocessors() {
        let devices = [
            gpu(absent(), share(0.8), 50),
            gpu(share(0.7), share(0.1), 10),
        ];
        let gpus = Gpus::of(read(devices.into()));
        assert_eq!((gpus.used, gpus.memory), (share(0.8), share(0.5)));
    }

    #[test]
    fn one_that_does_not_tell_may_be_the_busiest() {
        let silent = Reading::Unknown("GPU is lost".into());
        let devices = [gpu(share(0.7), absent(), 10), gpu(silent, absent(), 90)];
        let gpus = Gpus::of(read(devices.into()));
        assert_eq!(gpus.used.reason(), Some("GPU is lost"));
    }

    #[test]
    fn a_gpu_that_does_not_tell_is_there() {
        let gpus = Gpus::of(read([gpu(absent(), absent(), 50)].into()));
        assert_eq!(gpus.used, Reading::Unknown("not told of instances".into()));
        assert_eq!(gpus.memory, share(0.5));
    }

    #[test]
    fn a_machine_without_gpus_has_none_that_is_busy() {
        let none = Gpus::of(Reading::Absent("no GPU".into()));
        assert!(none.used.is_absent() && none.memory.is_absent());
        let unread = Gpus::of(Reading::Unknown("the driver does not answer".into()));
        assert_eq!(unread.used.reason(), Some("the driver does not answer"));
        assert!(!unread.used.is_absent());
    }
}
