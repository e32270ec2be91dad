//! Everything that one pass over the sensors brings, as plain data.

use std::time::SystemTime;

use super::reading::Reading;
use crate::units::{Bytes, Nanos, Ratio};

/// Everything that the sensors saw in one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// When the pass ended, on this process's clock.
    pub at: Nanos,
    /// Processors that this process may use: those it is allowed on, or its groups' tightest CPU quota where that is less.
    pub cores: Reading<f64>,
    /// The process's share of those since the pass before; above 1 while a quota's burst lasts.
    pub process_cpu: Reading<Ratio>,
    /// The host's busy share of all its processors since the pass before. Waiting for I/O is not busy; time stolen by a
    /// hypervisor is, because nobody here can have it.
    pub host_cpu: Reading<Ratio>,
    /// How often the CPU quota stopped the process's group; absent where there is no quota.
    pub throttling: Reading<Throttling>,
    /// Memory of this process that is resident.
    pub resident: Reading<Bytes>,
    /// What that consists of.
    pub resident_parts: Reading<Resident>,
    /// The most that was ever resident.
    pub resident_peak: Reading<Bytes>,
    /// Memory that this process may use: the smallest of its group's limits where there is one, else the host's.
    pub memory_limit: Reading<Bytes>,
    /// The used share of that. In a group with a limit: what the group holds, less the file cache that the kernel would drop first
    /// (`inactive_file`), of the limit; where several levels have one, the fullest of them. Without a limit: `host_memory`.
    pub memory: Reading<Ratio>,
    /// The share of the host's memory that is not available to anybody: (total − available) / total.
    pub host_memory: Reading<Ratio>,
    /// The share of time in which some task waited for a processor (PSI, 10 s average).
    ///
    /// As all pressures: of the process's own control group where the kernel tells, else of the host.
    pub cpu_pressure: Reading<Ratio>,
    /// The share of time in which some task waited for memory (PSI, 10 s average).
    pub memory_pressure: Reading<Ratio>,
    /// The share of time in which some task waited for I/O (PSI, 10 s average).
    pub io_pressure: Reading<Ratio>,
    /// How long a request waited for the busiest disk and was served by it, on average over those that finished since the pass
    /// before. Where none finished: how long those in flight have waited since then, and zero with none in flight.
    pub disk_wait: Reading<Nanos>,
    /// What this process had storage do, caches left out.
    pub process_io: Reading<ProcessIo>,
    /// What this process is and has used since it began.
    pub process: Reading<ProcessTotals>,
    /// Threads that this process has.
    pub threads: Reading<u64>,
    /// Files, sockets and pipes that this process has open.
    pub open_files: Reading<u64>,
    /// How many it may have open; `u64::MAX` where nothing bounds them.
    pub open_files_limit: Reading<u64>,
    /// The busy share of the busiest GPU.
    pub gpu: Reading<Ratio>,
    /// The used share of that GPU's memory.
    pub gpu_memory: Reading<Ratio>,
}

/// What may not wait for a whole pass: how much is resident, and who waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guard {
    /// When it was read, on this process's clock.
    pub at: Nanos,
    /// As [`Readings::resident`].
    pub resident: Reading<Bytes>,
    /// As [`Readings::cpu_pressure`].
    pub cpu_pressure: Reading<Ratio>,
    /// As [`Readings::memory_pressure`].
    pub memory_pressure: Reading<Ratio>,
}

/// What a process is and has used since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessTotals {
    /// Processor time of all its threads, ended ones included, in user and kernel mode. Linux counts in steps of 10 ms.
    pub cpu_time: Nanos,
    /// When it began, by the wall clock.
    pub started: SystemTime,
    /// Addresses that it has mapped, resident or not.
    pub virtual_memory: Bytes,
}

/// What resident memory consists of. Mapped model weights are in `file`, not in `anonymous`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resident {
    /// Heap, stacks and the like: nothing but this process's end or a free gives it back.
    pub anonymous: Bytes,
    /// Pages of mapped files, which the kernel can drop and read again.
    pub file: Bytes,
    /// Memory shared with other processes.
    pub shared: Bytes,
}

/// How often a CPU quota stopped a control group since the group began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttling {
    /// Enforcement periods in which the group had something to run.
    pub periods: u64,
    /// Those of them in which it used up its quota and was stopped.
    pub throttled_periods: u64,
    /// How long its processors were stopped, in sum.
    pub throttled_time: Nanos,
}

/// Bytes that a process had storage devices move since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessIo {
    /// Fetched from storage.
    pub read: Bytes,
    /// Sent to storage, or to be sent.
    pub written: Bytes,
}
