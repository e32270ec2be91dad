//! Who waits for what (PSI).

use super::list::group;
use crate::Reading;
use wf_instrument::{Nanos, Ratio};

/// How long tasks were stalled: those of the process's own control group where the kernel tells, else all of the host's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pressure {
    /// For want of a processor.
    pub cpu: Reading<Stall>,
    /// For want of memory.
    pub memory: Reading<Stall>,
    /// For I/O.
    pub io: Reading<Stall>,
    /// For want of a processor, on the whole host.
    pub host_cpu: Reading<Stall>,
    /// For want of memory, on the whole host.
    pub host_memory: Reading<Stall>,
    /// For I/O, on the whole host.
    pub host_io: Reading<Stall>,
}

group!(Pressure {
    cpu: "cpu_pressure",
    memory: "memory_pressure",
    io: "io_pressure",
    host_cpu: "host_cpu_pressure",
    host_memory: "host_memory_pressure",
    host_io: "host_io_pressure",
});

/// How long tasks were stalled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stall {
    /// Whose tasks.
    pub scope: Scope,
    /// The share of time in which at least one task waited: an average of the last 10 s.
    pub some: Ratio,
    /// The share in which all tasks that were not idle did; `None` where the kernel does not tell.
    pub full: Option<Ratio>,
    /// The time in which at least one waited, since the boot or the group's beginning.
    pub some_time: Nanos,
    /// The time in which all did.
    pub full_time: Option<Nanos>,
}

/// Whose tasks a stall is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Those of the process's own control group, of those below it too.
    Group,
    /// All of the host's.
    #[default]
    Host,
}

impl Scope {
    /// As it is exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Host => "host",
        }
    }
}
