//! Who waits for what (PSI).

use super::list::group;
use crate::sensor::Reading;
use crate::units::Ratio;

/// The share of time in which some task waited (PSI, 10 s average): of the process's own control group where the kernel tells, else of
/// the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pressure {
    /// For a processor.
    pub cpu: Reading<Ratio>,
    /// For memory.
    pub memory: Reading<Ratio>,
    /// For I/O.
    pub io: Reading<Ratio>,
}

group!(Pressure {
    cpu: "cpu_pressure",
    memory: "memory_pressure",
    io: "io_pressure",
});
