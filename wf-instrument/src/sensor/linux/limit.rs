//! `memory.max` or `memory.limit_in_bytes`: how much memory the groups of this process may use, and how much they do.

use super::cgroup::{Hierarchy, Version};
use super::files::{Files, number_of};
use crate::sensor::reading::Answer;
use crate::units::{Bytes, Ratio, to_f64};

/// What bounds this process's memory.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limit {
    /// The smallest limit of any level.
    pub(super) bytes: Bytes,
    /// The used share of the fullest level that has one.
    pub(super) used: Answer<Ratio>,
}

/// The limits that are below `most`, the memory there is; `None` where none is. Version 1 writes a number near 2⁶³ for no limit.
pub(super) fn read(files: &mut Files, memory: &Hierarchy, most: u64) -> Answer<Option<Limit>> {
    let names = Names::of(memory.version);
    let mut limit: Option<Limit> = None;
    for group in &memory.levels {
        let max = files.find(&format!("{group}/{}", names.limit), parse)?;
        let Some(max) = max.filter(|max| *max < most) else {
            continue;
        };
        let level = Limit {
            bytes: Bytes::new(max),
            used: used(files, &names, group, max),
        };
        limit = Some(match limit {
            Some(inner) => inner.and(level),
            None => level,
        });
    }
    Ok(limit)
}

impl Limit {
    /// The smaller limit of two, and the greater share; an unknown share may be the greater one.
    fn and(self, other: Self) -> Self {
        let used = match (self.used, other.used) {
            (Ok(inner), Ok(outer)) if inner.get() >= outer.get() => Ok(inner),
            (Ok(_), outer) => outer,
            (inner, _) => inner,
        };
        Self {
            bytes: self.bytes.min(other.bytes),
            used,
        }
    }
}

/// What the two interfaces call the same thing. Without `total_`, version 1 leaves out the groups below.
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

/// The working set as Kubernetes counts it for evictions (its documentation on node-pressure eviction), as a share of `max`.
fn used(files: &mut Files, names: &Names, group: &str, max: u64) -> Answer<Ratio> {
    let usage = files.read(&format!("{group}/{}", names.usage), parse)?;
    let inactive = files.read(&format!("{group}/memory.stat"), |text| {
        number_of(text, names.inactive)
    })?;
    Ratio::of(to_f64(usage.saturating_sub(inactive)), to_f64(max))
        .ok_or_else(|| format!("/{group} may use no memory at all").into())
}

fn parse(text: &str) -> Option<u64> {
    match text.trim() {
        "max" => Some(u64::MAX),
        bytes => bytes.parse().ok(),
    }
}
