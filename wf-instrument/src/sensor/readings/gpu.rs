//! GPU readings.

use super::list::group;
use crate::sensor::Reading;
use crate::units::Ratio;

/// GPUs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gpus {
    /// The busy share of the busiest one.
    pub used: Reading<Ratio>,
    /// The used share of that one's memory.
    pub memory: Reading<Ratio>,
}

group!(Gpus {
    used: "gpu",
    memory: "gpu_memory",
});
