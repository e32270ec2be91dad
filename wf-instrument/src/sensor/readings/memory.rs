//! Memory readings.

use super::list::group;
use crate::sensor::Reading;
use crate::units::{Bytes, Ratio};

/// Memory: what this process holds, what it may hold, and how full that is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Memory of this process that is resident.
    pub resident: Reading<Bytes>,
    /// What that consists of.
    pub parts: Reading<Resident>,
    /// The most that was ever resident.
    pub peak: Reading<Bytes>,
    /// Memory that this process may use: the smallest of its group's limits where there is one, else the host's.
    pub limit: Reading<Bytes>,
    /// The used share of that. In a group with a limit: what the group holds, less the file cache that the kernel would drop first
    /// (`inactive_file`), of the limit; where several levels have one, the fullest of them. Without a limit: `host`.
    pub used: Reading<Ratio>,
    /// The share of the host's memory that is not available to anybody: (total − available) / total.
    pub host: Reading<Ratio>,
}

group!(Memory {
    resident: "resident",
    parts: "resident_parts",
    peak: "resident_peak",
    limit: "memory_limit",
    used: "memory",
    host: "host_memory",
});

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
