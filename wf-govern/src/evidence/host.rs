//! Readings of the machine that the governor uses.

use std::borrow::Cow;

use crate::sizing::Tier;
use wf_instrument::{Bytes, Nanos, PerSecond, Ratio};
use wf_sense::gpu::{Gpu, without_partitioned};
use wf_sense::{Reading, Readings};

/// Readings of the machine in one tick. A reading that was too old is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Host {
    /// Number of cores that this process may use.
    pub cores: Reading<f64>,
    /// Number of processors of the host.
    pub host_cores: Reading<u64>,
    /// CPU quota of the process's cgroup, in cores.
    pub quota: Reading<f64>,
    /// CPU utilisation of this process: its share of the cores that it may use.
    pub process_cpu: Reading<Ratio>,
    /// CPU utilisation of the cgroup: its share of the quota.
    pub group_cpu: Reading<Ratio>,
    /// CPU utilisation of the host: its share of all processors.
    pub host_cpu: Reading<Ratio>,
    /// CPU pressure (PSI): share of time in which some task waited for a processor.
    pub cpu_pressure: Reading<Ratio>,
    /// Share of the CPU quota's periods in which the cgroup was throttled.
    pub throttled: Reading<Ratio>,
    /// Number of threads of this process that run or are runnable.
    pub runnable: Reading<u64>,
    /// Memory that this process may use.
    pub memory_limit: Reading<Bytes>,
    /// Share of that in use.
    pub memory: Reading<Ratio>,
    /// Share of the host's memory that is not available.
    pub host_memory: Reading<Ratio>,
    /// Bytes that the host swaps in and out.
    pub swapping: Reading<PerSecond>,
    /// Mean wait of a request to the busiest disk.
    pub disk_wait: Reading<Nanos>,
    /// Utilisation of the busiest GPU.
    pub gpu: Reading<Ratio>,
    /// Memory of the largest GPU or GPU instance.
    pub vram: Reading<Bytes>,
}

impl Host {
    /// Takes `readings` at `now`; those older than `oldest` become unknown.
    pub(super) fn of(readings: Readings, now: Nanos, oldest: Nanos) -> Self {
        let vram = readings
            .gpus
            .devices
            .clone()
            .and_then(|devices| largest(&devices));
        Self {
            vram: aged(vram, now, oldest),
            cores: aged(readings.cpu.limit, now, oldest),
            host_cores: aged(readings.cpu.host_cores, now, oldest),
            quota: aged(readings.cpu.quota, now, oldest),
            process_cpu: aged(readings.cpu.utilization, now, oldest),
            group_cpu: aged(readings.cpu.quota_utilization, now, oldest),
            host_cpu: aged(readings.cpu.host_utilization, now, oldest),
            cpu_pressure: aged(readings.pressure.cpu.map(|stall| stall.some), now, oldest),
            throttled: aged(readings.cpu.throttled, now, oldest),
            runnable: aged(
                readings.cpu.threads.map(|threads| threads.runnable),
                now,
                oldest.min(ONE_TICK),
            ),
            memory_limit: aged(readings.memory.limit, now, oldest),
            memory: aged(readings.memory.utilization, now, oldest),
            host_memory: aged(readings.memory.host_utilization, now, oldest),
            swapping: aged(readings.memory.host_swapping, now, oldest),
            disk_wait: aged(readings.storage.wait, now, oldest),
            gpu: aged(readings.gpus.busiest_utilization, now, oldest),
        }
    }
}

/// Returns the largest memory that a GPU or GPU instance reports. Others may have more: a lower
/// bound.
fn largest(devices: &[Gpu]) -> Result<Bytes, Cow<'static, str>> {
    let totals = without_partitioned(devices).filter_map(|gpu| Some(gpu.memory.value()?.total));
    totals.max().ok_or("no GPU reports its memory".into())
}

impl Host {
    /// Returns the tier of the hardware; `None` while the number of cores is unknown. Unknown
    /// memory counts as none.
    #[must_use]
    pub fn tier(&self) -> Option<Tier> {
        let memory = self.memory_limit.value().copied().unwrap_or_default();
        let gpu = self.vram.value().copied().unwrap_or_default();
        Some(Tier::identify(*self.cores.value()?, memory, &[gpu]))
    }
}

/// Threads are counted at one moment, and not in each pass where there are many: one count must not
/// serve several ticks. Passes and ticks are a second apart.
const ONE_TICK: Nanos = Nanos::from_millis(1_200);

fn aged<T>(reading: Reading<T>, now: Nanos, oldest: Nanos) -> Reading<T> {
    match reading.age(now) {
        Some(age) if age > oldest => Reading::Unknown(Cow::Owned(format!("{age} old"))),
        _ => reading,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wf_sense::Threads;
    use wf_sense::gpu::Memory;

    const AT: Nanos = Nanos::from_secs(1);

    fn read<T>(value: T) -> Reading<T> {
        Reading::Present { value, at: AT }
    }

    fn gpu(memory: Reading<u64>) -> Gpu {
        let mut gpu = Gpu::default();
        gpu.memory = memory.map(|gib| Memory {
            total: Bytes::new(gib << 30),
            ..Memory::default()
        });
        gpu
    }

    fn host(devices: impl IntoIterator<Item = Gpu>) -> Host {
        let mut readings = Readings::default();
        readings.cpu.limit = read(16.0);
        readings.memory.limit = read(Bytes::new(8 << 30));
        readings.gpus.devices = read(devices.into_iter().collect());
        Host::of(readings, AT, Nanos::from_secs(3))
    }

    #[test]
    fn a_count_of_threads_is_evidence_for_one_tick() {
        let mut readings = Readings::default();
        readings.cpu.threads = read(Threads {
            runnable: 7,
            blocked: 0,
        });
        let runnable = |millis| {
            let now = AT.plus(Nanos::from_millis(millis));
            let host = Host::of(readings.clone(), now, Nanos::from_secs(3));
            host.runnable.value().copied()
        };
        assert_eq!(
            (runnable(0), runnable(1_000), runnable(2_000)),
            (Some(7), Some(7), None)
        );
    }

    #[test]
    fn the_largest_gpu_that_reports_its_memory_carries_the_tier() {
        let silent = || gpu(Reading::Unknown("GPU is lost".into()));
        assert_eq!(host([]).tier(), Some(Tier::Low));
        assert_eq!(host([gpu(read(24))]).tier(), Some(Tier::Mid));
        assert_eq!(
            host([gpu(read(24)), gpu(read(80)), silent()]).tier(),
            Some(Tier::High)
        );
        let blind = host([silent()]);
        assert_eq!(blind.vram.reason(), Some("no GPU reports its memory"));
        assert_eq!(blind.tier(), Some(Tier::Low));
        assert_eq!(Host::default().tier(), None, "the cores are unknown");
    }
}
