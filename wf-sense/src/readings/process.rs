//! What every process is asked for.

use std::time::SystemTime;

use super::list::group;
use crate::Reading;
use wf_instrument::{Bytes, Nanos};

/// This process, as the kernel counts it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// What it is and has used since it began.
    pub totals: Reading<Totals>,
    /// Threads that it has.
    pub threads: Reading<u64>,
    /// Files, sockets and pipes that it has open.
    pub open_files: Reading<u64>,
    /// How many it may have open; `u64::MAX` where nothing bounds them.
    pub open_files_limit: Reading<u64>,
}

group!(Process {
    totals: "process",
    threads: "threads",
    open_files: "open_files",
    open_files_limit: "open_files_limit",
});

/// What a process is and has used since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Processor time of all its threads, ended ones included, in user and kernel mode. Linux counts in steps of 10 ms.
    pub cpu_time: Nanos,
    /// When it began, by the wall clock.
    pub started: SystemTime,
    /// Addresses that it has mapped, resident or not.
    pub virtual_memory: Bytes,
}
