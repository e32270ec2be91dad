//! `cpu.max`, or `cpu.cfs_*` of version 1: how much processor time the groups of this process may use.

use super::cgroup::{Hierarchy, Version};
use super::files::{Files, number_of};
use crate::sensor::reading::Answer;
use crate::sensor::readings::Throttling;
use crate::units::{Nanos, to_f64};

/// A quota and the group that has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quota<'a> {
    /// In processors' worth of time.
    pub(super) cores: f64,
    group: &'a str,
    version: Version,
}

/// The tightest quota that binds this process. A level whose file cannot be read makes it unknown, since that level may have it.
pub(super) fn read<'a>(files: &mut Files, cpu: &'a Hierarchy) -> Answer<Option<Quota<'a>>> {
    let version = cpu.version;
    let mut tightest = Quota {
        cores: f64::INFINITY,
        group: "",
        version,
    };
    for group in &cpu.levels {
        let cores = cores(files, version, group)?;
        if cores < tightest.cores {
            tightest = Quota {
                cores,
                group,
                version,
            };
        }
    }
    Ok(tightest.cores.is_finite().then_some(tightest))
}

/// How often `quota` stopped its group.
pub(super) fn throttling(files: &mut Files, quota: &Quota<'_>) -> Answer<Throttling> {
    let path = format!("{}/cpu.stat", quota.group);
    files.read(&path, |text| parse_throttling(text, quota.version))
}

/// The quota of one group; infinite where it has none.
fn cores(files: &mut Files, version: Version, group: &str) -> Answer<f64> {
    let cores = match version {
        Version::Two => files.find(&format!("{group}/cpu.max"), parse)?,
        Version::One => legacy(files, group)?,
    };
    Ok(cores.unwrap_or(f64::INFINITY))
}

fn legacy(files: &mut Files, group: &str) -> Answer<Option<f64>> {
    let Some(quota) = files.find(&format!("{group}/cpu.cfs_quota_us"), |text| {
        Some(text.trim().to_owned())
    })?
    else {
        return Ok(None);
    };
    files.find(&format!("{group}/cpu.cfs_period_us"), |period| {
        share(if quota == "-1" { "max" } else { &quota }, period.trim())
    })
}

/// The line `quota period`, both in microseconds, the quota `max` where there is none (the kernel's cgroup-v2 documentation).
fn parse(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    share(quota, period)
}

fn share(quota: &str, period: &str) -> Option<f64> {
    if quota == "max" {
        return Some(f64::INFINITY);
    }
    let (quota, period) = (quota.parse().ok()?, period.parse().ok()?);
    (quota > 0 && period > 0).then(|| to_f64(quota) / to_f64(period))
}

fn parse_throttling(text: &str, version: Version) -> Option<Throttling> {
    let throttled_time = match version {
        Version::Two => number_of(text, "throttled_usec")?.checked_mul(1_000)?,
        Version::One => number_of(text, "throttled_time")?,
    };
    Some(Throttling {
        periods: number_of(text, "nr_periods")?,
        throttled_periods: number_of(text, "nr_throttled")?,
        throttled_time: Nanos::new(throttled_time),
    })
}
