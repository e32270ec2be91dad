//! The process, its async runtime, and the sensors themselves.

use std::time::SystemTime;

use crate::reading::Reading;
use crate::table::{group, parts};
use wf_instrument::{Bytes, Nanos, Ratio};

group! {
    /// This process, as the kernel counts it.
    #[non_exhaustive]
    Process {
        totals: Reading<ProcessTotals> = parts "process",
            "CPU time, mapped memory and start time of this process.";
        threads: Reading<u64> = gauge "process_threads" ["threads"],
            "OS threads of this process.";
        /// Files, sockets, pipes and others.
        open_fds: Reading<u64> = gauge "process_open_fds" ["open_files"],
            "Open file descriptors.";
        /// `u64::MAX` where nothing limits them.
        max_fds: Reading<u64> = gauge "process_max_fds" ["open_files_limit"],
            "Limit of open file descriptors.";
    }
}

/// CPU time, mapped memory and start time of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ProcessTotals {
    /// CPU time of all its threads, ended ones included, in user and kernel mode. Linux counts in
    /// steps of 10 ms.
    pub cpu_time: Nanos,
    /// Start by the wall clock.
    pub started: SystemTime,
    /// Addresses that it has mapped, resident or not.
    pub virtual_memory: Bytes,
}

parts!(ProcessTotals {
    Counter "cpu": Nanos, "CPU time of this process in user and kernel mode.", |it| it.cpu_time;
    Gauge "start_time": SystemTime, "Start of this process, in seconds since the Unix epoch.",
        |it| it.started;
    Gauge "virtual_memory": Bytes, "Virtual memory size of this process.",
        |it| it.virtual_memory;
});

group! {
    /// The async runtime that the application provides; absent where it provides none.
    #[non_exhaustive]
    Runtime {
        workers: Reading<Workers> = parts "runtime",
            "Workers and tasks of the async runtime.";
        /// Since the pass before: 1 for all workers, all the time. A worker that a task blocks is
        /// busy, and so is a current-thread runtime between two calls that drive it.
        busy: Reading<Ratio> = gauge "runtime_busy",
            "Share of time in which the async runtime's workers were busy, or blocked by a task.";
    }
}

/// The workers of an async runtime and their tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Workers {
    /// Threads that poll tasks.
    pub workers: u64,
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Tasks in the queue that all workers share. The workers' own queues are not in it.
    pub queued: u64,
    /// Busy time, summed over the workers. A worker's time is added when it next becomes idle.
    pub busy: Nanos,
    /// Times a worker has gone to sleep.
    pub parks: u64,
}

parts!(Workers {
    Gauge "workers": u64, "Threads of the async runtime that poll tasks.", |it| it.workers;
    Gauge "tasks": u64, "Tasks of the async runtime that have not ended.", |it| it.tasks;
    Gauge "queued_tasks": u64, "Tasks in the queue that all workers of the async runtime share.",
        |it| it.queued;
    Counter "busy": Nanos, "Busy time of the async runtime's workers, summed over them.",
        |it| it.busy;
    Counter "parks": u64, "Times that a worker of the async runtime went to sleep.",
        |it| it.parks;
});

group! {
    /// The sensors themselves: cost of reading, and alarms of the kernel.
    #[non_exhaustive]
    Sensing {
        /// Wall-clock time.
        pass: Reading<Nanos> = gauge "sensor_pass" ["pass"],
            "Duration of the last pass over all sensors.";
        /// Wall-clock time.
        fast_pass: Reading<Nanos> = gauge "sensor_guard" ["guard"],
            "Duration of the last fast read: resident memory, memory utilisation and pressure.";
        /// Absent without a [`Watch`](crate::Watch).
        alarms: Reading<Alarms> = parts "sensor_alarms" ["alarms"],
            "Alarms of the kernel about tasks that waited (PSI triggers).";
    }
}

/// Alarms that the kernel raised since the triggers were set: at most one in each window of a
/// second, or of two seconds if this process lacks CAP_SYS_RESOURCE. `None` for a kind that the
/// kernel takes no trigger for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Alarms {
    /// Some task waited for memory for a tenth of a window.
    pub memory_some: Option<u64>,
    /// All tasks waited for memory for a twentieth of a window.
    pub memory_full: Option<u64>,
    /// All tasks waited for I/O for half of a window.
    pub io_full: Option<u64>,
}

parts!(Alarms {
    Counter "" { resource = "memory", kind = "some" }: Option<u64>, "", |it| it.memory_some;
    Counter "" { resource = "memory", kind = "full" }: Option<u64>, "", |it| it.memory_full;
    Counter "" { resource = "io", kind = "full" }: Option<u64>, "", |it| it.io_full;
});
