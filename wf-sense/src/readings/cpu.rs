//! Processors, and time spent waiting (PSI).

use std::fmt;

use crate::reading::Reading;
use crate::table::{group, parts};
use wf_instrument::{Nanos, Ratio};

group! {
    /// Processors: how many this process may use, and how busy they are.
    #[non_exhaustive]
    Cpu {
        /// Those that are online, in its cpuset and allowed to any of its threads, or the tightest
        /// CPU quota of its groups where that is less.
        limit: Reading<f64> = gauge "cpu_limit" as Cores ["cores"],
            "CPU cores that this process may use.";
        /// In cores' worth of time; absent where there is none. Groups outside the namespace or the
        /// mounts of this process may have a tighter one, which is not visible inside.
        quota: Reading<f64> = gauge "cpu_quota" as Cores,
            "Tightest CPU quota of this process's control groups.";
        host_cores: Reading<u64> = gauge "host_cpu" as Cores ["host_cores"],
            "CPU cores that the host has online.";
        /// Since the pass before; above 1 while a quota's burst lasts.
        utilization: Reading<Ratio> = gauge "cpu_utilization" ["process_cpu"],
            "CPU time used by this process, as a share of the cores that it may use.";
        /// Since the pass before, by all processes in the group that has the quota; absent where
        /// there is none.
        quota_utilization: Reading<Ratio> = gauge "cpu_quota_utilization" ["group_cpu"],
            "Used share of the CPU quota, by all processes of the group that has it.";
        /// Since the pass before. Time spent waiting for I/O is idle; time stolen by a hypervisor
        /// is busy, because this host cannot use it.
        host_utilization: Reading<Ratio> = gauge "host_cpu_utilization" ["host_cpu"],
            "Busy share of all CPU cores of the host.";
        /// Absent where there is no quota.
        throttling: Reading<Throttling> = parts "cpu" ["throttling"],
            "Throttling of the process's group by its CPU quota.";
        /// Since the pass before; absent where there is no quota.
        throttled: Reading<Ratio> = gauge "cpu_throttled" ["throttled"],
            "Share of the CPU quota's periods in which it stopped the group.";
        threads: Reading<Threads> = parts "threads" ["thread_states"],
            "Threads of this process that are runnable, and that are blocked.";
        host_tasks: Reading<HostTasks> = parts "host_tasks",
            "Tasks of the host that are runnable, and that are blocked.";
    }
}

/// Number of times that a CPU quota stopped a control group since the group began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Throttling {
    /// Enforcement periods in which the group had something to run.
    pub periods: u64,
    /// Those of them in which it used up its quota and was stopped.
    pub throttled_periods: u64,
    /// Time for which its processors were stopped, summed over them.
    pub throttled_time: Nanos,
}

parts!(Throttling {
    Counter "periods": u64,
        "Enforcement periods of the CPU quota in which the group had something to run.",
        |it| it.periods;
    Counter "throttled_periods": u64,
        "Enforcement periods of the CPU quota in which the group used it up and was stopped.",
        |it| it.throttled_periods;
    Counter "throttled": Nanos,
        "Time for which the CPU quota stopped the group's processors.",
        |it| it.throttled_time;
});

/// Threads of a process by state, without the one that reads them.
///
/// All threads are read: in each pass of a process with up to 64 threads, in every eighth of
/// one with 500, and at most 15 passes apart. In between the reading is the last one, with its age.
/// Unknown past 2,048 threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Threads {
    /// Threads that run, or wait for nothing but a processor.
    pub runnable: u64,
    /// Threads in a wait that nothing interrupts: mostly for storage.
    pub blocked: u64,
}

parts!(Threads {
    Gauge "" { state = "runnable" }: u64, "", |it| it.runnable;
    Gauge "" { state = "blocked" }: u64, "", |it| it.blocked;
});

/// Tasks of all processes by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HostTasks {
    /// Tasks that run, or wait for nothing but a processor.
    pub runnable: u64,
    /// Tasks that wait for I/O.
    pub blocked: u64,
}

parts!(HostTasks {
    Gauge "" { state = "runnable" }: u64, "", |it| it.runnable;
    Gauge "" { state = "blocked" }: u64, "", |it| it.blocked;
});

group! {
    /// Pressure stall information (PSI): time in which tasks waited, of the process's own control
    /// group where the kernel keeps it, else of the host.
    #[non_exhaustive]
    Pressure {
        cpu: Reading<Stall> = parts "pressure_cpu" ["cpu_pressure"],
            "CPU pressure (PSI) of the control group, or of the host where label scope says so. \
             In the root group, that is the host's pressure.";
        memory: Reading<Stall> = parts "pressure_memory" ["memory_pressure"],
            "Memory pressure (PSI) of the control group, or of the host where label scope says so. \
             In the root group, that is the host's pressure.";
        io: Reading<Stall> = parts "pressure_io" ["io_pressure"],
            "I/O pressure (PSI) of the control group, or of the host where label scope says so. \
             In the root group, that is the host's pressure.";
        host_cpu: Reading<Stall> = parts "host_pressure_cpu" ["host_cpu_pressure"],
            "CPU pressure (PSI) of the host.";
        host_memory: Reading<Stall> = parts "host_pressure_memory" ["host_memory_pressure"],
            "Memory pressure (PSI) of the host.";
        host_io: Reading<Stall> = parts "host_pressure_io" ["host_io_pressure"],
            "I/O pressure (PSI) of the host.";
    }
}

/// Time in which tasks waited for one resource.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stall {
    /// Whose tasks.
    pub scope: Scope,
    /// Share of the last 10 s in which at least one task waited.
    pub some: Ratio,
    /// Share in which all tasks that were not idle waited; `None` where the kernel keeps none.
    pub full: Option<Ratio>,
    /// Time in which at least one waited, since the boot or the group's beginning.
    pub some_time: Nanos,
    /// Time in which all waited.
    pub full_time: Option<Nanos>,
}

impl Stall {
    fn of<T>(&self, scope: Scope, part: impl Into<Option<T>>) -> Option<T> {
        (self.scope == scope).then(|| part.into()).flatten()
    }
}

// "Waiting" is some, "stalled" is full: the words that node_exporter has for them.
parts!(Stall {
    Gauge "waiting" { scope = "group" }: Option<Ratio>,
        "{} Share of the last 10 seconds in which at least one task waited.",
        |it| it.of(Scope::Group, it.some);
    Gauge "stalled" { scope = "group" }: Option<Ratio>,
        "{} Share of the last 10 seconds in which all tasks waited.",
        |it| it.of(Scope::Group, it.full);
    Counter "waiting" { scope = "group" }: Option<Nanos>,
        "{} Time in which at least one task waited.",
        |it| it.of(Scope::Group, it.some_time);
    Counter "stalled" { scope = "group" }: Option<Nanos>,
        "{} Time in which all tasks waited.",
        |it| it.of(Scope::Group, it.full_time);
    Gauge "waiting" { scope = "host" }: Option<Ratio>, "", |it| it.of(Scope::Host, it.some);
    Gauge "stalled" { scope = "host" }: Option<Ratio>, "", |it| it.of(Scope::Host, it.full);
    Counter "waiting" { scope = "host" }: Option<Nanos>, "", |it| it.of(Scope::Host, it.some_time);
    Counter "stalled" { scope = "host" }: Option<Nanos>, "", |it| it.of(Scope::Host, it.full_time);
});

/// Whose tasks a stall is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Scope {
    /// Those of the process's own control group and the groups below it.
    Group,
    /// All of the host's.
    #[default]
    Host,
}

impl Scope {
    /// The exported name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Host => "host",
        }
    }
}

/// Writes the exported name.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
