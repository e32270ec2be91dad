//! `cpu.max`, or `cpu.cfs_*` of version 1: how much processor time the groups of this process may
//! use.

use super::cgroup::{Hierarchy, Version};
use super::files::{Files, number_of};
use crate::number::to_f64;
use crate::reading::ReadResult;
use crate::readings::Throttling;
use wf_instrument::{Nanos, Ratio};

/// A quota and the group that has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quota<'a> {
    /// In processors' worth of time.
    pub(super) cores: f64,
    pub(super) group: &'a str,
    version: Version,
}

/// The tightest quota that binds this process. A level whose file cannot be read makes it unknown,
/// since that level may have it.
pub(super) fn read<'a>(files: &mut Files, cpu: &'a Hierarchy) -> ReadResult<Option<Quota<'a>>> {
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

/// Reads how often `quota` stopped its group.
pub(super) fn throttling(files: &mut Files, quota: &Quota<'_>) -> ReadResult<Throttling> {
    let path = format!("{}/cpu.stat", quota.group);
    files.read(&path, |text| parse_throttling(text, quota.version))
}

/// The share of the periods between two readings in which the group was stopped; none where it had
/// nothing to run.
pub(super) fn stopped(before: &Throttling, now: &Throttling) -> ReadResult<Ratio> {
    let share = || {
        let periods = now.periods.checked_sub(before.periods)?;
        let stopped = now
            .throttled_periods
            .checked_sub(before.throttled_periods)?;
        Ratio::of(to_f64(stopped), to_f64(periods.max(1))).filter(|_| stopped <= periods)
    };
    share().ok_or("the quota's periods were counted anew".into())
}

/// The processor time that the group with the quota has used.
pub(super) fn usage(files: &mut Files, quota: &Quota<'_>) -> ReadResult<Nanos> {
    let group = quota.group;
    let nanos = match quota.version {
        Version::Two => files.read(&format!("{group}/cpu.stat"), |text| {
            number_of(text, "usage_usec")?.checked_mul(1_000)
        })?,
        // Where cpuacct has a hierarchy of its own, its groups need not be those that have the
        // quotas.
        Version::One => files.read(&format!("{group}/cpuacct.usage"), |text| {
            text.trim().parse().ok()
        })?,
    };
    Ok(Nanos::new(nanos))
}

/// The quota of one group; infinite where it has none.
fn cores(files: &mut Files, version: Version, group: &str) -> ReadResult<f64> {
    let cores = match version {
        Version::Two => files.find_in(group, "cpu.max", parse)?,
        Version::One => legacy(files, group)?,
    };
    Ok(cores.unwrap_or(f64::INFINITY))
}

fn legacy(files: &mut Files, group: &str) -> ReadResult<Option<f64>> {
    let quota = files.find_in(group, "cpu.cfs_quota_us", |text| micros(text.trim()))?;
    match quota {
        Some(quota) if quota.is_finite() => {
            let period = format!("{group}/cpu.cfs_period_us");
            files
                .read(&period, |text| share(quota, text.trim()))
                .map(Some)
        }
        unlimited => Ok(unlimited),
    }
}

/// The line `quota period` (the kernel's documentation of control groups, version 2).
fn parse(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    share(micros(quota)?, period)
}

fn share(quota: f64, period: &str) -> Option<f64> {
    let period = micros(period).filter(|period| period.is_finite())?;
    Some(quota / period)
}

/// A positive number of microseconds; infinite for what version 2 and version 1 write for no quota.
fn micros(text: &str) -> Option<f64> {
    match text {
        "max" | "-1" => Some(f64::INFINITY),
        micros => micros.parse().ok().filter(|micros| *micros > 0).map(to_f64),
    }
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
