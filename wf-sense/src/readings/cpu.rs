//! Processor readings.

use super::list::group;
use crate::Reading;
use wf_instrument::{Nanos, Ratio};

/// Processors: how many there are for this process, and how busy they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cpu {
    /// Processors that this process may use: those that are online, in its cpuset and allowed to
    /// any of its threads, or its groups' tightest CPU quota where that is less.
    pub cores: Reading<f64>,
    /// The tightest CPU quota of its groups, in processors' worth of time; absent where there is
    /// none. Groups around those that its namespace or its mounts show may have a tighter one,
    /// which is not visible inside.
    pub quota: Reading<f64>,
    /// Processors that the host has online.
    pub host_cores: Reading<u64>,
    /// The process's share of `cores` since the pass before; above 1 while a quota's burst lasts.
    pub process: Reading<Ratio>,
    /// The used share of that quota since the pass before, by whoever is in the group that has it; absent where there is none.
    pub group: Reading<Ratio>,
    /// The host's busy share of all its processors since the pass before. Waiting for I/O is not busy; time stolen by a
    /// hypervisor is, because nobody here can have it.
    pub host: Reading<Ratio>,
    /// How often the CPU quota stopped the process's group; absent where there is no quota.
    pub throttling: Reading<Throttling>,
    /// The share of its periods in which it was stopped, since the pass before; absent where there is no quota.
    pub throttled: Reading<Ratio>,
    /// Threads of this process that run or would, and that cannot.
    pub threads: Reading<Threads>,
    /// The same of the whole host.
    pub host_tasks: Reading<HostTasks>,
}

group!(Cpu {
    cores: "cores",
    quota: "cpu_quota",
    host_cores: "host_cores",
    process: "process_cpu",
    group: "group_cpu",
    host: "host_cpu",
    throttling: "throttling",
    throttled: "throttled",
    threads: "thread_states",
    host_tasks: "host_tasks",
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

/// What the threads of a process are at, without the one that looked.
///
/// Every thread is looked at: in each pass of a process with up to 64 threads, in every eighth of
/// one with 500, and at most 15 passes apart. In between the reading is the last one, with its age.
/// Unknown past 2,048 threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Threads {
    /// Threads that run, or wait for nothing but a processor.
    pub runnable: u64,
    /// Threads in a wait that nothing interrupts: for storage, mostly.
    pub blocked: u64,
}

/// What the tasks of all processes are at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostTasks {
    /// Tasks that run, or wait for nothing but a processor.
    pub runnable: u64,
    /// Tasks that wait for I/O.
    pub blocked: u64,
}
