//! Everything that one pass over the sensors brings, as plain data.

mod cpu;
mod gpu;
mod list;
mod memory;
mod pressure;
mod process;
mod runtime;
mod sensing;
mod storage;

pub use self::cpu::{Cpu, HostTasks, Threads, Throttling};
pub use self::gpu::Gpus;
pub(super) use self::list::{Group, Sensed, group};
pub use self::memory::{GroupEvents, GroupMemory, Heap, Memory, Resident, Swapped};
pub use self::pressure::{Pressure, Scope, Stall};
pub use self::process::{Process, Totals};
pub use self::runtime::{Runtime, Workers};
pub use self::sensing::{Alarms, Sensing};
pub use self::storage::{Moved, Storage};
use super::reading::Reading;
use wf_instrument::{Bytes, Nanos, Ratio};

/// Everything that the sensors saw in one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// When the pass ended, on this process's clock.
    pub at: Nanos,
    /// Processors.
    pub cpu: Cpu,
    /// Memory.
    pub memory: Memory,
    /// Who waits for what.
    pub pressure: Pressure,
    /// Storage.
    pub storage: Storage,
    /// This process.
    pub process: Process,
    /// GPUs.
    pub gpus: Gpus,
    /// The application's async runtime.
    pub runtime: Runtime,
    /// The sensors themselves.
    pub sensing: Sensing,
}

impl Readings {
    /// Every sensor by name, in a fixed order, with when it was read or why it was not.
    ///
    /// ```
    /// use wf_sense::Readings;
    ///
    /// let unread = Readings::default();
    /// assert!(unread.sensors().iter().all(|(_, state)| state.reason() == Some("not read")));
    /// ```
    #[must_use]
    pub fn sensors(&self) -> Vec<(&'static str, Reading<()>)> {
        let mut told = Vec::new();
        for group in self.groups() {
            group.each(&mut |name, reading| told.push((name, reading.state())));
        }
        told
    }

    fn groups(&self) -> [&dyn Group; 8] {
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
        [
            cpu, memory, pressure, storage, process, gpus, runtime, sensing,
        ]
    }
}

/// What may not wait for a whole pass: how much is resident, how full memory is, and who waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FastReadings {
    /// When it was read, on this process's clock.
    pub at: Nanos,
    /// As [`Memory::resident`].
    pub resident: Reading<Bytes>,
    /// As [`Memory::used`], with the limits and the file cache that the last pass found. Where no
    /// file can be opened for want of descriptors, of the files that are held open, or else the
    /// last value with its age.
    pub memory: Reading<Ratio>,
    /// As [`Pressure::cpu`].
    pub cpu_pressure: Reading<Stall>,
    /// As [`Pressure::memory`].
    pub memory_pressure: Reading<Stall>,
    /// As [`Pressure::io`].
    pub io_pressure: Reading<Stall>,
    /// As [`Sensing::alarms`].
    pub alarms: Reading<Alarms>,
    /// Whether it was read because the kernel raised one of these, and not because it was due.
    pub alarmed: bool,
}
