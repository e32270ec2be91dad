//! Storage readings.

use super::list::group;
use crate::Reading;
use wf_instrument::{Bytes, Nanos};

/// Storage: what this process has it do, and how long that takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Storage {
    /// How long a request waited for the busiest disk and was served by it, on average over those that finished since the pass
    /// before. Where a disk has requests and finishes none: for how long it has, at least. Zero where nothing was asked for.
    pub wait: Reading<Nanos>,
    /// What this process had storage do, caches left out.
    pub moved: Reading<Moved>,
    /// How long threads of this process have waited for storage, each counted (delay accounting). Threads that ended between two passes
    /// take their last part with them. Unknown until there was a wait, since the kernel writes 0 for what it does not account.
    pub waited: Reading<Nanos>,
}

group!(Storage {
    wait: "disk_wait",
    moved: "process_io",
    waited: "io_wait",
});

/// Bytes that a process had storage devices move since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Fetched from storage.
    pub read: Bytes,
    /// Sent to storage, or to be sent.
    pub written: Bytes,
}
