//! What the sensors say of themselves.

use super::list::group;
use crate::sensor::Reading;
use crate::units::Nanos;

/// What reading costs, and how often the kernel called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sensing {
    /// How long this pass took, by the clock on the wall.
    pub pass: Reading<Nanos>,
    /// How long the last guard read took.
    pub guard: Reading<Nanos>,
    /// How often the kernel has raised each alarm; absent where nobody [watches](crate::sensor::Watch) for them.
    pub alarms: Reading<Alarms>,
}

group!(Sensing {
    pass: "pass",
    guard: "guard",
    alarms: "alarms",
});

/// Stalls that were long enough for the kernel to raise an alarm, at most one a second of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Some task waited for memory for 100 ms of a second.
    pub memory_some: u64,
    /// All tasks waited for memory for 50 ms of a second.
    pub memory_full: u64,
    /// All tasks waited for I/O for half of a second.
    pub io_full: u64,
}

impl Alarms {
    /// Alarms of any kind.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.memory_some + self.memory_full + self.io_full
    }
}
