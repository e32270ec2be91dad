//! `/proc/stat`: how busy the host's processors are, and when it booted.

use super::cpus::Cpus;
use super::files::{Files, number_of};
use crate::number::to_f64;
use crate::reading::ReadResult;
use crate::readings::HostTasks;
use wf_instrument::Ratio;

/// Time of all processors since the boot, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Processors {
    busy: u64,
    idle: u64,
}

/// What the file says; each part may be missing by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    processors: Option<Processors>,
    booted: Option<u64>,
    tasks: Option<HostTasks>,
    cores: Cpus,
}

/// Reads it. The costliest file of a pass: the kernel sums every interrupt of every processor for it.
pub(super) fn read(files: &mut Files) -> ReadResult<Host> {
    files.read(PATH, |text| {
        Some(Host {
            processors: parse(text),
            booted: number_of(text, "btime"),
            tasks: tasks(text),
            cores: cores(text),
        })
    })
}

impl Host {
    pub(super) fn processors(&self) -> ReadResult<Processors> {
        self.processors
            .ok_or_else(|| format!("/{PATH} has no line for all processors").into())
    }

    /// When the host booted, in seconds of Unix time.
    pub(super) fn booted(&self) -> ReadResult<u64> {
        self.booted
            .ok_or_else(|| format!("/{PATH} has no btime").into())
    }

    /// What runs and what is blocked on the whole host.
    pub(super) fn tasks(&self) -> ReadResult<HostTasks> {
        self.tasks
            .ok_or_else(|| format!("/{PATH} has no procs_running and procs_blocked").into())
    }

    /// The processors that are online.
    pub(super) fn online(&self) -> ReadResult<Cpus> {
        Some(self.cores.clone())
            .filter(|cores| cores.count() > 0)
            .ok_or_else(|| format!("/{PATH} has no line for a processor").into())
    }
}

/// The busy share of the time between two readings; unknown where a counter went backwards, which idle time does on some kernels.
pub(super) fn busy(earlier: Processors, later: Processors) -> ReadResult<Ratio> {
    let share = || {
        let busy = to_f64(later.busy.checked_sub(earlier.busy)?);
        let idle = to_f64(later.idle.checked_sub(earlier.idle)?);
        Ratio::of(busy, busy + idle)
    };
    share().ok_or("the host's processor time stood still or went backwards".into())
}

/// The fields of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal. Guest time, which follows, is in user time already.
fn parse(text: &str) -> Option<Processors> {
    let mut words = text.lines().next()?.split_ascii_whitespace();
    if words.next()? != "cpu" {
        return None;
    }
    let mut ticks = [0_u64; 8];
    for (field, word) in ticks.iter_mut().zip(words) {
        *field = word.parse().ok()?;
    }
    let [user, nice, system, idle, iowait, irq, softirq, steal] = ticks;
    Some(Processors {
        busy: sum(&[user, nice, system, irq, softirq, steal]),
        idle: sum(&[idle, iowait]),
    })
}

fn tasks(text: &str) -> Option<HostTasks> {
    Some(HostTasks {
        runnable: number_of(text, "procs_running")?,
        blocked: number_of(text, "procs_blocked")?,
    })
}

/// The lines `cpu0 …`, `cpu1 …`, one a processor that is online.
fn cores(text: &str) -> Cpus {
    let mut cpus = Cpus::default();
    let names = text.lines().skip(1).map_while(|line| {
        let (number, _) = line.strip_prefix("cpu")?.split_once(' ')?;
        number.parse().ok()
    });
    names.for_each(|cpu| cpus.add(cpu));
    cpus
}

fn sum(ticks: &[u64]) -> u64 {
    ticks
        .iter()
        .fold(0, |sum, ticks| sum.saturating_add(*ticks))
}

const PATH: &str = "proc/stat";
