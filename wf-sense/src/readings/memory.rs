//! Memory and storage.

use crate::reading::Reading;
use crate::table::{group, parts};
use wf_instrument::{Bytes, Nanos, PerSecond, Ratio};

group! {
    /// Memory: what this process has, what it may have, and how full that is.
    #[non_exhaustive]
    Memory {
        resident: Reading<Bytes> = gauge "process_resident_memory" ["resident"],
            "Resident memory (RSS) of this process.";
        rss: Reading<Resident> = parts "memory_rss" ["resident_parts"],
            "Resident memory (RSS) of this process by kind.";
        peak_rss: Reading<Bytes> = gauge "memory_peak_rss" ["resident_peak"],
            "Highest resident memory (RSS) of this process so far.";
        swapped: Reading<Bytes> = gauge "memory_swapped" ["swapped"],
            "Memory of this process in swap space.";
        /// Since the process began: for a page of a mapped file, or one from swap space.
        major_faults: Reading<u64> = counter "memory_major_faults" ["major_faults"],
            "Page faults of this process that waited for storage.";
        /// Absent where the application [provides](crate::Sensors::heap) none.
        heap: Reading<Heap> = parts "heap",
            "Memory of the application's allocator.";
        /// The smallest limit of its groups where there is one, else the host's memory. Of the
        /// groups that its namespace and its mounts show.
        limit: Reading<Bytes> = gauge "memory_limit",
            "Memory that this process may use.";
        /// In a group with a limit: what the group holds, without the file cache that the kernel
        /// would drop first (`inactive_file`), of the limit; where several levels have one, the
        /// fullest of them. Without a limit: `host_utilization`.
        utilization: Reading<Ratio> = gauge "memory_utilization" ["memory"],
            "Used share of the memory that this process may use.";
        /// Of the process's own group, or of the innermost around it with the memory controller;
        /// absent where none has it.
        group: Reading<GroupMemory> = parts "memory_group",
            "Memory of this process's control group, its limits and how often they were reached.";
        /// (total − available) / total.
        host_utilization: Reading<Ratio> = gauge "host_memory_utilization" ["host_memory"],
            "Share of the host's memory that is not available.";
        host_total: Reading<Bytes> = gauge "host_memory" ["host_memory_total"],
            "Memory of the host.";
        /// Since the boot; absent where the host has no swap space.
        host_swap: Reading<Swapped> = parts "host_swap" ["swap"],
            "Bytes that the host moved to swap space and back.";
        /// Both ways together, since the pass before.
        host_swapping: Reading<PerSecond> = gauge "host_swapping" ["swapping"],
            "Bytes a second that the host moved to swap space and back.";
    }
}

/// Resident memory by kind. Mapped model weights are in `file`, not in `anonymous`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Resident {
    /// Heap, stacks and the like: only a free or the end of the process gives it back.
    pub anonymous: Bytes,
    /// Pages of mapped files, which the kernel can drop and read again.
    pub file: Bytes,
    /// Memory shared with other processes.
    pub shared: Bytes,
}

parts!(Resident {
    Gauge "anon": Bytes, "Resident memory without a file: heap, stacks and the like.",
        |it| it.anonymous;
    Gauge "file": Bytes, "Resident pages of mapped files, model weights among them.",
        |it| it.file;
    Gauge "shared": Bytes, "Resident memory shared with other processes.", |it| it.shared;
});

/// Memory of an allocator, by its own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Heap {
    /// Allocated and not freed.
    pub live: Bytes,
    /// Obtained from the system for that. More than `live` is fragmentation, and freed memory that
    /// is kept.
    pub held: Option<Bytes>,
}

parts!(Heap {
    Gauge "live": Bytes, "Memory that the allocator has given out.", |it| it.live;
    Gauge "held": Option<Bytes>, "Memory that the allocator has obtained from the system.",
        |it| it.held;
});

/// Memory of a control group, and its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct GroupMemory {
    /// Memory charged to the group and those below, file cache included.
    pub charged: Bytes,
    /// Limit above which it is slowed down and reclaimed from (`memory.high`); `None` for no such
    /// limit, which version 1 never has.
    pub high: Option<Bytes>,
    /// Limit above which a process is killed (`memory.max`); `None` for no such limit.
    pub max: Option<Bytes>,
    /// Number of times that it reached its limits.
    pub events: GroupEvents,
}

/// Number of times that a control group reached its limits since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct GroupEvents {
    /// Times it was slowed down above `high`; `None` in version 1.
    pub high: Option<u64>,
    /// Times it was about to exceed `max`.
    pub max: u64,
    /// Processes killed for it; `None` where the kernel does not count them.
    pub killed: Option<u64>,
}

parts!(GroupMemory {
    Gauge "": Bytes, "Memory charged to the process's control group, file cache included.",
        |it| it.charged;
    Gauge "limit" { bound = "high" }: Option<Bytes>,
        "Limits of the process's control group: above high it is slowed down, above max a \
         process is killed.",
        |it| it.high;
    Gauge "limit" { bound = "max" }: Option<Bytes>, "", |it| it.max;
    Counter "events" { event = "high" }: Option<u64>,
        "Events at the memory limits of the process's control group.",
        |it| it.events.high;
    Counter "events" { event = "max" }: u64, "", |it| it.events.max;
    Counter "events" { event = "oom_kill" }: Option<u64>, "", |it| it.events.killed;
});

/// Bytes moved between memory and swap space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Swapped {
    /// Read back.
    pub read: Bytes,
    /// Written out.
    pub written: Bytes,
}

parts!(Swapped {
    Counter "read": Bytes, "Bytes that the host read back from swap space.", |it| it.read;
    Counter "written": Bytes, "Bytes that the host wrote to swap space.", |it| it.written;
});

group! {
    /// Storage: block I/O of this process, and how long it takes.
    #[non_exhaustive]
    Storage {
        /// Queue and service, on average over the requests that finished since the pass before.
        /// For a device that has requests and finishes none: at least the time since it finished
        /// one. Zero without requests.
        wait: Reading<Nanos> = gauge "disk_wait",
            "Mean time of an I/O request at the busiest block device.";
        block_io: Reading<BlockIo> = parts "disk" ["process_io"],
            "Block I/O of this process.";
        /// Of each thread (delay accounting). Threads that ended between two passes take their last
        /// part with them. Unknown until there was a wait, since the kernel writes 0 for what it
        /// does not account.
        io_wait: Reading<Nanos> = counter "disk_io_wait" ["io_wait"],
            "Time that threads of this process have waited for block I/O.";
    }
}

/// Bytes of a process's block I/O since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct BlockIo {
    /// Read from block devices.
    pub read: Bytes,
    /// Written to block devices, or to be written.
    pub written: Bytes,
}

parts!(BlockIo {
    Counter "read": Bytes, "Bytes read from block devices for this process.", |it| it.read;
    Counter "written": Bytes, "Bytes written to block devices for this process.",
        |it| it.written;
});
