//! Memory readings.

use super::list::group;
use crate::Reading;
use wf_instrument::{Bytes, PerSecond, Ratio};

/// Memory: what this process holds, what it may hold, and how full that is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Memory of this process that is resident.
    pub resident: Reading<Bytes>,
    /// What that consists of.
    pub parts: Reading<Resident>,
    /// The most that was ever resident.
    pub peak: Reading<Bytes>,
    /// Memory of this process that is in swap space.
    pub swapped: Reading<Bytes>,
    /// Faults that had to wait for storage, since the process began: a page of a mapped file, or one from swap space.
    pub major_faults: Reading<u64>,
    /// What the application's allocator says of itself; absent where none was [offered](crate::Sensors::heap).
    pub heap: Reading<Heap>,
    /// Memory that this process may use: the smallest of its groups' limits where there is one,
    /// else the host's. Of the groups that its namespace and its mounts show.
    pub limit: Reading<Bytes>,
    /// The used share of that. In a group with a limit: what the group holds, less the file cache that the kernel would drop first
    /// (`inactive_file`), of the limit; where several levels have one, the fullest of them. Without a limit: `host`.
    pub used: Reading<Ratio>,
    /// The account of the process's own control group, or of the innermost around it that keeps one; absent where none does.
    pub group: Reading<GroupMemory>,
    /// The share of the host's memory that is not available to anybody: (total − available) / total.
    pub host: Reading<Ratio>,
    /// The host's memory.
    pub host_total: Reading<Bytes>,
    /// What the host has moved to swap space and back since the boot; absent where it has no such space.
    pub swap: Reading<Swapped>,
    /// Bytes that it moved either way since the pass before.
    pub swapping: Reading<PerSecond>,
}

group!(Memory {
    resident: "resident",
    parts: "resident_parts",
    peak: "resident_peak",
    swapped: "swapped",
    major_faults: "major_faults",
    heap: "heap",
    limit: "memory_limit",
    used: "memory",
    group: "memory_group",
    host: "host_memory",
    host_total: "host_memory_total",
    swap: "swap",
    swapping: "swapping",
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

/// What an allocator says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heap {
    /// Given out and not yet given back.
    pub live: Bytes,
    /// Held of the system for that: what is more than `live` is fragmentation, and freed memory that is kept.
    pub held: Option<Bytes>,
}

/// What a control group holds, and what it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupMemory {
    /// Memory charged to the group and those below, file cache included.
    pub held: Bytes,
    /// Above this it is slowed down and reclaimed from (`memory.high`); `None` for no such bound, which version 1 never has.
    pub high: Option<Bytes>,
    /// Above this somebody is killed (`memory.max`); `None` for no such bound.
    pub max: Option<Bytes>,
    /// How often it met those.
    pub events: GroupEvents,
}

/// How often a control group met its limits since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupEvents {
    /// Was slowed down above `high`; `None` in version 1.
    pub high: Option<u64>,
    /// Was about to go above `max`.
    pub max: u64,
    /// Had a process killed for it; `None` where the kernel does not count them.
    pub killed: Option<u64>,
}

/// Bytes moved between memory and swap space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swapped {
    /// Read back.
    pub read: Bytes,
    /// Written out.
    pub written: Bytes,
}
