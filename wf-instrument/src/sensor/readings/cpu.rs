//! Processor readings.

use super::list::group;
use crate::sensor::Reading;
use crate::units::{Nanos, Ratio};

/// Processors: how many there are for this process, and how busy they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cpu {
    /// Processors that this process may use: those it is allowed on, or its groups' tightest CPU quota where that is less.
    pub cores: Reading<f64>,
    /// The process's share of those since the pass before; above 1 while a quota's burst lasts.
    pub process: Reading<Ratio>,
    /// The host's busy share of all its processors since the pass before. Waiting for I/O is not busy; time stolen by a
    /// hypervisor is, because nobody here can have it.
    pub host: Reading<Ratio>,
    /// How often the CPU quota stopped the process's group; absent where there is no quota.
    pub throttling: Reading<Throttling>,
}

group!(Cpu {
    cores: "cores",
    process: "process_cpu",
    host: "host_cpu",
    throttling: "throttling",
});

/// How often a CPU quota stopped a control group since the group began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttling {
    /// Enforcement periods in which the group had something to run.
    pub periods: u64,
    /// Those of them in which it used up its quota and was stopped.
    pub throttled_periods: u64,
    /// How long its processors were stopped, in sum.
    pub throttled_time: Nanos,
}
