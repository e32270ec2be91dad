//! Processors: which there are, which this process may use, and how busy the host's are.

use super::cgroup::{Cgroups, Hierarchy, Version};
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

/// `/proc/stat`; each part may be missing by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    processors: Option<Processors>,
    booted: Option<u64>,
    tasks: Option<HostTasks>,
    cores: Cpus,
}

/// Reads it. The costliest file of a pass: the kernel sums every interrupt of every processor for
/// it.
pub(super) fn host(files: &mut Files) -> ReadResult<Host> {
    files.read(STAT, |text| {
        Some(Host {
            processors: parse_processors(text),
            booted: number_of(text, "btime"),
            tasks: tasks(text),
            cores: cores(text),
        })
    })
}

impl Host {
    pub(super) fn processors(&self) -> ReadResult<Processors> {
        self.processors
            .ok_or_else(|| format!("/{STAT} has no line for all processors").into())
    }

    /// Returns the time of the host's boot, in seconds of Unix time.
    pub(super) fn booted(&self) -> ReadResult<u64> {
        self.booted
            .ok_or_else(|| format!("/{STAT} has no btime").into())
    }

    /// Tasks of the host by state.
    pub(super) fn tasks(&self) -> ReadResult<HostTasks> {
        self.tasks
            .ok_or_else(|| format!("/{STAT} has no procs_running and procs_blocked").into())
    }

    /// The processors that are online.
    pub(super) fn online(&self) -> ReadResult<Cpus> {
        Some(self.cores.clone())
            .filter(|cores| cores.count() > 0)
            .ok_or_else(|| format!("/{STAT} has no line for a processor").into())
    }
}

/// The busy share of the time between two readings; unknown where a counter went backwards, which
/// idle time does on some kernels.
pub(super) fn busy(earlier: Processors, later: Processors) -> ReadResult<Ratio> {
    let share = || {
        let busy = to_f64(later.busy.checked_sub(earlier.busy)?);
        let idle = to_f64(later.idle.checked_sub(earlier.idle)?);
        Ratio::of(busy, busy + idle)
    };
    share().ok_or("the host's processor time stood still or went backwards".into())
}

/// The fields of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal. Guest time,
/// which follows, is in user time already.
fn parse_processors(text: &str) -> Option<Processors> {
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

const STAT: &str = "proc/stat";

/// Returns the processors that are online and that the process's cpuset names.
///
/// If its cpuset cannot be found, the threads' masks are used instead, which the kernel keeps
/// within it.
pub(super) fn usable(
    files: &mut Files,
    host: &ReadResult<Host>,
    groups: &ReadResult<&Cgroups>,
) -> ReadResult<Cpus> {
    let online = online(files, host)?;
    let groups = groups.as_ref().ok();
    let Some(hierarchy) = groups.and_then(|groups| groups.cpuset.as_ref().ok()?.as_ref()) else {
        return Ok(online);
    };
    let cpuset = cpuset(files, hierarchy)?;
    Ok(cpuset.map_or_else(|| online.clone(), |cpuset| online.within(&cpuset)))
}

/// Returns the processors that are online. Without `/sys`, `/proc/stat` has a line for each.
fn online(files: &mut Files, host: &ReadResult<Host>) -> ReadResult<Cpus> {
    match files.find("sys/devices/system/cpu/online", Cpus::parse)? {
        Some(online) => Ok(online),
        None => host.as_ref().map_err(Clone::clone)?.online(),
    }
}

/// That of the innermost group that has one: a group below may be without the controller.
fn cpuset(files: &mut Files, hierarchy: &Hierarchy) -> ReadResult<Option<Cpus>> {
    let file = match hierarchy.version {
        Version::One => "cpuset.effective_cpus",
        Version::Two => "cpuset.cpus.effective",
    };
    for group in &hierarchy.levels {
        if let Some(cpus) = files.find(&format!("{group}/{file}"), Cpus::parse)? {
            return Ok(Some(cpus));
        }
    }
    Ok(None)
}

/// Processors by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cpus(Vec<u64>);

impl Cpus {
    /// A list of numbers and ranges; `None` where it is none, or names no processor.
    pub(super) fn parse(list: &str) -> Option<Self> {
        let mut cpus = Self::default();
        for range in list.trim().split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            if first > last || last > HIGHEST {
                return None;
            }
            (first..=last).for_each(|cpu| cpus.add(cpu));
        }
        Some(cpus)
    }

    /// Adds one, unless its number is above [`HIGHEST`].
    pub(super) fn add(&mut self, cpu: usize) {
        if cpu > HIGHEST {
            return;
        }
        let word = cpu / 64;
        self.0.resize(self.0.len().max(word + 1), 0);
        self.0[word] |= 1 << (cpu % 64);
    }

    /// Adds all of another set.
    pub(super) fn join(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Those that are in both sets.
    pub(super) fn within(&self, other: &Self) -> Self {
        let words = self.0.iter().zip(&other.0);
        Self(words.map(|(word, other)| word & other).collect())
    }

    /// Checks whether all of another set are in this one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.within(other).count() == other.count()
    }

    /// The number of processors in it.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// The highest number that is accepted: eight times what Linux can be built for (8,192).
const HIGHEST: usize = (1 << 16) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn cpus(list: &str) -> Cpus {
        Cpus::parse(list).unwrap()
    }

    #[test]
    fn a_list_names_numbers_and_ranges() {
        assert_eq!(cpus("0-3,8,70-71\n").count(), 7);
        assert_eq!(cpus("0,0-1").count(), 2);
        for senseless in ["", "3-1", "-1", "a", "0-", "0-4294967295", "1,"] {
            assert_eq!(Cpus::parse(senseless), None, "{senseless}");
        }
    }

    #[test]
    fn sets_are_joined_and_intersected_whatever_their_length() {
        let (low, high) = (cpus("0-1"), cpus("1,70"));
        assert_eq!(low.within(&high).count(), 1);
        assert!(high.covers(&cpus("70")) && !low.covers(&high) && !high.covers(&low));
        let mut both = low;
        both.join(&high);
        assert_eq!(both.count(), 3);
        assert!(both.covers(&high));
    }
}
