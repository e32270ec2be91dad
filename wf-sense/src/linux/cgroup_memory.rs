//! Memory of control groups: their limits, what is charged to them, and how full they are.

use super::cgroup::{Hierarchy, Version};
use super::files::{Files, number_of};
use crate::number::to_f64;
use crate::reading::{ReadResult, Reading};
use crate::readings::{GroupEvents, GroupMemory};
use wf_instrument::{Bytes, Ratio};

/// The limits of this process's memory.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limit {
    /// The smallest limit of any level.
    pub(super) bytes: Bytes,
    /// The levels that have one.
    pub(super) levels: Vec<Level>,
}

/// A group with a limit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// The file with the memory charged to it.
    usage: String,
    /// File cache in that which the kernel would drop first, as it was in the last pass.
    inactive: ReadResult<u64>,
    max: u64,
}

/// The limits that are below `most`, the memory there is; `None` where none is. Version 1 writes a
/// number near 2⁶³ for no limit.
pub(super) fn limit(files: &mut Files, memory: &Hierarchy, most: u64) -> ReadResult<Option<Limit>> {
    let names = Names::of(memory.version);
    let mut levels = Vec::new();
    for group in &memory.levels {
        let max = files.find_in(group, names.limit, parse_limit)?;
        let Some(max) = max.filter(|max| *max < most) else {
            continue;
        };
        let stat = format!("{group}/memory.stat");
        levels.push(Level {
            usage: format!("{group}/{}", names.usage),
            inactive: files.read(&stat, |text| number_of(text, names.inactive)),
            max,
        });
    }
    let smallest = levels.iter().map(|level| level.max).min();
    Ok(smallest.map(|bytes| Limit {
        bytes: Bytes::new(bytes),
        levels,
    }))
}

/// The used share of the fullest level; unknown where one is, since that may be the fullest.
pub(super) fn used(files: &mut Files, levels: &[Level]) -> ReadResult<Ratio> {
    let mut fullest = Ratio::default();
    for level in levels {
        let used = level.used(files)?;
        if used.get() > fullest.get() {
            fullest = used;
        }
    }
    Ok(fullest)
}

impl Level {
    /// The working set as Kubernetes counts it for evictions (its documentation on node-pressure
    /// eviction), as a share of the limit.
    fn used(&self, files: &mut Files) -> ReadResult<Ratio> {
        let usage = files.read_again(&self.usage, parse_limit)?;
        let inactive = self.inactive.clone()?;
        Ratio::of(to_f64(usage.saturating_sub(inactive)), to_f64(self.max))
            .ok_or("a group may use no memory at all".into())
    }
}

/// The names of the same files in the two interfaces. Without `total_`, version 1 leaves out the
/// groups below.
struct Names {
    limit: &'static str,
    usage: &'static str,
    inactive: &'static str,
}

impl Names {
    const fn of(version: Version) -> Self {
        match version {
            Version::One => Self {
                limit: "memory.limit_in_bytes",
                usage: "memory.usage_in_bytes",
                inactive: "total_inactive_file",
            },
            Version::Two => Self {
                limit: "memory.max",
                usage: "memory.current",
                inactive: "inactive_file",
            },
        }
    }
}

fn parse_limit(text: &str) -> Option<u64> {
    match text.trim() {
        "max" => Some(u64::MAX),
        bytes => bytes.parse().ok(),
    }
}

/// The account of the innermost group that keeps one: a group below may be without the controller.
/// Absent where none does.
pub(super) fn account(files: &mut Files, memory: Option<&Hierarchy>) -> Reading<GroupMemory> {
    let groups = memory.into_iter().flat_map(|memory| {
        let levels = memory.levels.iter();
        levels.map(|level| (memory.version, level))
    });
    for (version, group) in groups {
        let account = match version {
            Version::Two => unified(files, group),
            Version::One => legacy(files, group).map(Some),
        };
        match account {
            Ok(None) => {}
            Ok(Some(account)) => return Reading::of(Ok(account)),
            Err(why) => return Reading::Unknown(why),
        }
    }
    Reading::Absent("no control group keeps an account of memory".into())
}

fn unified(files: &mut Files, group: &str) -> ReadResult<Option<GroupMemory>> {
    let Some(charged) = files.find_in(group, "memory.current", amount)? else {
        return Ok(None);
    };
    Ok(Some(GroupMemory {
        charged,
        high: files.read(&format!("{group}/memory.high"), bound)?,
        max: files.read(&format!("{group}/memory.max"), bound)?,
        events: files.read(&format!("{group}/memory.events"), events)?,
    }))
}

/// Version 1 has no `high`, and counts what it calls failures where version 2 counts `max`.
fn legacy(files: &mut Files, group: &str) -> ReadResult<GroupMemory> {
    let control = format!("{group}/memory.oom_control");
    Ok(GroupMemory {
        charged: files.read(&format!("{group}/memory.usage_in_bytes"), amount)?,
        high: None,
        max: files
            .read(&format!("{group}/memory.limit_in_bytes"), bound)?
            .filter(|max| max.get() < UNLIMITED),
        events: GroupEvents {
            high: None,
            max: files.read(&format!("{group}/memory.failcnt"), |text| {
                text.trim().parse().ok()
            })?,
            // Kernels before 4.13 do not count them.
            killed: files
                .find(&control, |text| Some(number_of(text, "oom_kill")))?
                .flatten(),
        },
    })
}

fn events(text: &str) -> Option<GroupEvents> {
    Some(GroupEvents {
        high: Some(number_of(text, "high")?),
        max: number_of(text, "max")?,
        // Kernels before 4.13 do not count them.
        killed: number_of(text, "oom_kill"),
    })
}

fn amount(text: &str) -> Option<Bytes> {
    text.trim().parse().ok().map(Bytes::new)
}

/// A number of bytes; the inner `None` stands for no bound.
fn bound(text: &str) -> Option<Option<Bytes>> {
    match text.trim() {
        "max" => Some(None),
        bytes => amount(bytes).map(Some),
    }
}

/// No machine has this much memory, and what version 1 writes for no limit, a number near 2⁶³, is
/// above it.
pub(super) const UNLIMITED: u64 = 1 << 62;
