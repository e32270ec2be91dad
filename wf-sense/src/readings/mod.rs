//! Everything that one pass over the sensors brings, as plain data.

mod cpu;
mod gpu;
mod memory;
mod process;

pub use self::cpu::{Cpu, HostTasks, Pressure, Scope, Stall, Threads, Throttling};
pub use self::gpu::Gpus;
pub use self::memory::{
    BlockIo, GroupEvents, GroupMemory, Heap, Memory, Resident, Storage, Swapped,
};
pub use self::process::{Alarms, Process, ProcessTotals, Runtime, Sensing, Workers};
use super::reading::Reading;
use super::table::{Entry, Group, Row};
use wf_instrument::{Bytes, Nanos, Ratio};

/// All readings of one pass.
///
/// Plain data. A clone copies a few KiB and shares the GPUs. Deserialized, a reading that is
/// lacking is unknown; a time, or the identity of a GPU, must not be lacking.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Readings {
    /// End of the pass, on this process's clock.
    pub at: Nanos,
    /// Processors.
    #[cfg_attr(feature = "serde", serde(default))]
    pub cpu: Cpu,
    /// Memory.
    #[cfg_attr(feature = "serde", serde(default))]
    pub memory: Memory,
    /// Time in which tasks waited (PSI).
    #[cfg_attr(feature = "serde", serde(default))]
    pub pressure: Pressure,
    /// Storage.
    #[cfg_attr(feature = "serde", serde(default))]
    pub storage: Storage,
    /// This process.
    #[cfg_attr(feature = "serde", serde(default))]
    pub process: Process,
    /// GPUs.
    #[cfg_attr(feature = "serde", serde(default))]
    pub gpus: Gpus,
    /// The application's async runtime.
    #[cfg_attr(feature = "serde", serde(default))]
    pub runtime: Runtime,
    /// The sensors themselves.
    #[cfg_attr(feature = "serde", serde(default))]
    pub sensing: Sensing,
}

impl Readings {
    /// Each reading beside its row of the table, in a fixed order. Those of each GPU are its own
    /// [`entries`](crate::gpu::Gpu::entries).
    ///
    /// ```
    /// let readings = wf_sense::Sensors::new().read();
    /// for entry in readings.entries() {
    ///     entry.numbers(|part, number| println!("{}_{}: {number}", entry.row().name, part.name));
    /// }
    /// ```
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let Self {
            at: _,
            cpu,
            memory,
            pressure,
            storage,
            process,
            gpus,
            runtime,
            sensing,
        } = self;
        let mut entries = Vec::new();
        cpu.entries(&mut entries);
        memory.entries(&mut entries);
        pressure.entries(&mut entries);
        storage.entries(&mut entries);
        process.entries(&mut entries);
        gpus.entries(&mut entries);
        runtime.entries(&mut entries);
        sensing.entries(&mut entries);
        entries
    }

    /// The table of all readings, in the order of [`entries`](Self::entries).
    pub fn rows() -> impl Iterator<Item = &'static Row> {
        let groups = [
            Cpu::ROWS,
            Memory::ROWS,
            Pressure::ROWS,
            Storage::ROWS,
            Process::ROWS,
            Gpus::ROWS,
            Runtime::ROWS,
            Sensing::ROWS,
        ];
        groups.into_iter().flatten()
    }

    /// The state of each sensor by name, in a fixed order: when it was read, or why it was not.
    ///
    /// ```
    /// use wf_sense::Readings;
    ///
    /// let unread = Readings::default();
    /// assert!(unread.sensors().iter().all(|(_, state)| state.reason() == Some("not read")));
    /// ```
    #[must_use]
    pub fn sensors(&self) -> Vec<(&'static str, Reading<()>)> {
        let entries = self.entries().into_iter();
        entries
            .map(|entry| (entry.row().sensor, entry.state()))
            .collect()
    }
}

/// Readings that are too urgent for a whole pass: resident memory, memory utilisation, pressure.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct FastReadings {
    /// End of the read, on this process's clock.
    pub at: Nanos,
    /// As [`Memory::resident`].
    #[cfg_attr(feature = "serde", serde(default))]
    pub resident: Reading<Bytes>,
    /// As [`Memory::utilization`], with the limits and the file cache of the last
    /// pass. If the process is out of descriptors: from the files that are kept open, or else the
    /// last value with its age.
    #[cfg_attr(feature = "serde", serde(default))]
    pub memory_utilization: Reading<Ratio>,
    /// As [`Pressure::cpu`].
    #[cfg_attr(feature = "serde", serde(default))]
    pub cpu_pressure: Reading<Stall>,
    /// As [`Pressure::memory`].
    #[cfg_attr(feature = "serde", serde(default))]
    pub memory_pressure: Reading<Stall>,
    /// As [`Pressure::io`].
    #[cfg_attr(feature = "serde", serde(default))]
    pub io_pressure: Reading<Stall>,
    /// As [`Sensing::alarms`].
    #[cfg_attr(feature = "serde", serde(default))]
    pub alarms: Reading<Alarms>,
    /// True if an alarm caused this read, and not its pace.
    pub alarmed: bool,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::gpu::Gpu;

    #[test]
    fn the_table_lists_each_reading_once_with_a_description() {
        let gpu_rows = || Gpu::rows().iter();
        for rows in [Readings::rows().collect(), gpu_rows().collect::<Vec<_>>()] {
            let sensors: BTreeSet<_> = rows.iter().map(|row| row.sensor).collect();
            assert_eq!(sensors.len(), rows.len());
        }
        for row in Readings::rows().chain(gpu_rows()) {
            assert!(row.help.ends_with('.') && !row.name.is_empty(), "{row:?}");
        }
        let readings = Readings::default();
        let of_entries = readings.entries().into_iter().map(|entry| entry.row());
        assert!(of_entries.eq(Readings::rows()));
    }

    #[test]
    fn an_entry_reports_the_numbers_of_its_reading_in_base_units() {
        let mut readings = Readings::default();
        readings.process.threads = Reading::of(Ok(19));
        readings.process.max_fds = Reading::of(Ok(u64::MAX));
        readings.storage.wait = Reading::of(Ok(Nanos::from_millis(12)));
        readings.cpu.threads = Reading::of(Ok(Threads {
            runnable: 3,
            blocked: 1,
        }));
        let mut found = Vec::new();
        for entry in readings.entries() {
            entry.numbers(|part, number| found.push((entry.row().sensor, part.labels, number)));
        }
        assert_eq!(
            found,
            [
                ("thread_states", &[("state", "runnable")][..], 3.0),
                ("thread_states", &[("state", "blocked")], 1.0),
                ("disk_wait", &[], 0.012),
                ("threads", &[], 19.0),
            ]
        );
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialized_readings_are_read_back_and_what_an_older_version_lacks_is_unknown() {
        use crate::gpu::{ThrottleReason, ThrottleTimes};

        let mut readings = Readings::default();
        readings.cpu.utilization = Reading::of(Ok(Ratio::new(0.25).unwrap()));
        readings.cpu.quota = Reading::Absent("no CPU quota".into());
        readings.pressure.io = Reading::of(Ok(Stall::default()));
        let gpu = Gpu {
            throttled: Reading::of(Ok([ThrottleReason::HwThermal].into_iter().collect())),
            throttle_times: ThrottleTimes::from_fn(|_| Reading::of(Ok(Nanos::from_millis(7)))),
            ..Gpu::default()
        };
        readings.gpus.devices = Reading::of(Ok([gpu].into()));
        let text = serde_json::to_string(&readings).unwrap();
        assert_eq!(serde_json::from_str::<Readings>(&text).unwrap(), readings);
        assert!(
            text.contains(r#""quota":{"absent":"no CPU quota"}"#),
            "{text}"
        );
        assert!(text.contains(r#"["hw_thermal"]"#) && text.contains(r#""sw_power_cap":"#));
        let older = serde_json::from_str::<Readings>(r#"{"at":1,"cpu":{}}"#).unwrap();
        assert_eq!(older.memory, Memory::default());
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_time_an_alarm_or_an_identity_that_is_lacking_is_not_invented() {
        let mistake = |lacking: &str, result: Result<(), serde_json::Error>| {
            let text = result.unwrap_err().to_string();
            assert!(
                text.contains(&format!("missing field `{lacking}`")),
                "{text}"
            );
        };
        let pass = |text| serde_json::from_str::<Readings>(text).map(drop);
        let fast = |text| serde_json::from_str::<FastReadings>(text).map(drop);
        let gpu = |text| serde_json::from_str::<Gpu>(text).map(drop);
        mistake("at", pass(r#"{"cpu":{}}"#));
        mistake("at", fast(r#"{"alarmed":false}"#));
        mistake("alarmed", fast(r#"{"at":1}"#));
        mistake("info", gpu("{}"));
        let fast = serde_json::from_str::<FastReadings>(r#"{"at":1,"alarmed":true}"#).unwrap();
        assert!(fast.alarmed && fast.resident == Reading::default());
    }
}
