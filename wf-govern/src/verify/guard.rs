//! What must not happen during a trial, whatever its statistic says: checked each tick.

use super::sample::{Sample, mean};
use crate::config::Targets;
use crate::evidence::Evidence;
use crate::number::to_f64;
use wf_instrument::Nanos;

/// What was normal before the trial, a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Baseline {
    gap: Option<f64>,
    gave_up: f64,
    failed: f64,
}

/// What happened under the new setting so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    ticks: u64,
    gave_up: u64,
    failed: u64,
}

impl Baseline {
    pub(super) fn of(before: &[Sample]) -> Self {
        let each = |count: fn(&Sample) -> u64| mean(before.iter().map(|s| to_f64(count(s))));
        Self {
            gap: mean(before.iter().map(|s| s.gap)),
            gave_up: each(|s| s.gave_up).unwrap_or_default(),
            failed: each(|s| s.failed).unwrap_or_default(),
        }
    }

    /// What is breached, in words.
    pub(super) fn breach(&self, now: &Evidence, tally: Tally, targets: &Targets) -> Option<String> {
        let ticks = to_f64(tally.ticks);
        gaps(self.gap, now.inter_token, targets.inter_token)
            .or_else(|| {
                count(
                    "gave up before their first token",
                    tally.gave_up,
                    self.gave_up * ticks,
                )
            })
            .or_else(|| count("failed", tally.failed, self.failed * ticks))
            .or_else(|| memory(now))
    }
}

/// What no trial may wait for, whatever was normal before it.
pub(super) fn unbearable(now: &Evidence, targets: &Targets) -> Option<String> {
    let far = |(gap, target): (Nanos, Nanos)| gap.as_secs() > UNBEARABLE * target.as_secs();
    let gap = now
        .inter_token
        .zip(targets.inter_token)
        .filter(|&pair| far(pair));
    gap.map(|(gap, _)| format!("inter-token {:.1} ms is far over target", gap.as_millis()))
        .or_else(|| memory(now))
}

impl Tally {
    pub(super) const fn plus(self, now: &Evidence) -> Self {
        Self {
            ticks: self.ticks + 1,
            gave_up: self.gave_up + now.gave_up,
            failed: self.failed + now.failed,
        }
    }
}

/// Far over the target, and over what it was before.
fn gaps(before: Option<f64>, now: Option<Nanos>, target: Option<Nanos>) -> Option<String> {
    let now = now?.as_secs();
    let far = now > target?.as_secs() * OVER_TARGET && now > before? * OVER_BEFORE;
    far.then(|| {
        format!(
            "inter-token {:.1} ms is far over target and over before",
            now * 1e3
        )
    })
}

/// Twice what was to be expected, and three standard deviations of a Poisson count more: arrivals come in bursts.
fn count(what: &str, found: u64, expected: f64) -> Option<String> {
    let allowed = 2.0 * expected + 3.0 * expected.sqrt() + FEW;
    let told = || format!("{found} {what} where {expected:.0} were to be expected");
    (to_f64(found) > allowed).then(told)
}

fn memory(now: &Evidence) -> Option<String> {
    let used = now.memory()?;
    (used.get() > MEMORY).then(|| format!("memory is at {:.0} %", used.as_percent()))
}

/// Times the target: what the concurrency limit takes back at once, too.
const UNBEARABLE: f64 = 1.5;
const OVER_TARGET: f64 = 1.25;
const OVER_BEFORE: f64 = 1.5;
/// Single requests are no evidence of anything.
const FEW: f64 = 5.0;
const MEMORY: f64 = 0.92;
