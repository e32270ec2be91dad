//! What the sensors say of themselves.

use super::list::group;
use crate::Reading;
use wf_instrument::Nanos;

/// What reading costs, and how often the kernel called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sensing {
    /// How long this pass took, by the clock on the wall.
    pub pass: Reading<Nanos>,
    /// Duration of the last fast read.
    pub fast_pass: Reading<Nanos>,
    /// How often the kernel has raised each alarm; absent where nobody [watches](crate::Watch) for them.
    pub alarms: Reading<Alarms>,
}

group!(Sensing {
    pass: "pass",
    fast_pass: "guard",
    alarms: "alarms",
});

/// Stalls that were long enough for the kernel to raise an alarm, since they are watched for: at most one in each window of a second, or of
/// two seconds where this process lacks CAP_SYS_RESOURCE. `None` of a kind that the kernel takes no trigger for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Some task waited for memory for a tenth of a window.
    pub memory_some: Option<u64>,
    /// All tasks waited for memory for a twentieth of a window.
    pub memory_full: Option<u64>,
    /// All tasks waited for I/O for half of a window.
    pub io_full: Option<u64>,
}
