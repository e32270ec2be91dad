//! Processors.

use wf_sense::Cpu;

use super::told::{Told, count, seconds, share};
use crate::family::Family;

pub(super) fn tell(cpu: &Cpu, told: &mut Told<'_>) {
    told.gauge(
        "wf_cpu_limit_cores",
        "Processors that this process may use.",
        &cpu.cores,
        |cores| *cores,
    );
    told.gauge(
        "wf_cpu_quota_cores",
        "Tightest CPU quota of the process's control groups, in processors' worth of time.",
        &cpu.quota,
        |cores| *cores,
    );
    told.gauge(
        "wf_host_cpu_cores",
        "Processors that the host has online.",
        &cpu.host_cores,
        count,
    );
    told.gauge(
        "wf_cpu_utilization_ratio",
        "Share of the processors that this process may use which it uses.",
        &cpu.process,
        share,
    );
    told.gauge(
        "wf_cpu_quota_utilization_ratio",
        "Used share of the CPU quota, by whoever is in the group that has it.",
        &cpu.group,
        share,
    );
    told.family(
        Family::gauge(
            "wf_host_cpu_utilization_ratio",
            "Busy share of all processors of the host.",
        ),
        &cpu.host,
        |family, busy| family.sample(&[("mode", "busy")], share(busy)),
    );
    throttling(cpu, told);
    waiting(cpu, told)
}

fn throttling(cpu: &Cpu, told: &mut Told<'_>) {
    let throttling = &cpu.throttling;
    told.gauge(
        "wf_cpu_throttled_ratio",
        "Share of the CPU quota's periods in which it stopped the group, between the last two passes.",
        &cpu.throttled,
        share,
    );
    told.counter(
        "wf_cpu_periods",
        "Enforcement periods of the CPU quota in which there was something to run.",
        throttling,
        |throttling| count(&throttling.periods),
    );
    told.counter(
        "wf_cpu_throttled_periods",
        "Enforcement periods of the CPU quota in which it was used up and the group stopped.",
        throttling,
        |throttling| count(&throttling.throttled_periods),
    );
    told.counter(
        "wf_cpu_throttled_seconds",
        "Time for which the CPU quota stopped the group's processors.",
        throttling,
        |throttling| seconds(&throttling.throttled_time),
    )
}

fn waiting(cpu: &Cpu, told: &mut Told<'_>) {
    told.family(
        Family::gauge(
            "wf_threads",
            "Threads of this process that run or could, and that are blocked.",
        ),
        &cpu.threads,
        |family, threads| states(family, threads.runnable, threads.blocked),
    );
    told.family(
        Family::gauge(
            "wf_host_tasks",
            "Tasks of the host that run or could, and that are blocked.",
        ),
        &cpu.host_tasks,
        |family, tasks| states(family, tasks.runnable, tasks.blocked),
    )
}

fn states(family: Family, runnable: u64, blocked: u64) -> Family {
    family
        .sample(&[("state", "runnable")], count(&runnable))
        .sample(&[("state", "blocked")], count(&blocked))
}
