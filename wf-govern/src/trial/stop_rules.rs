//! Stop rules: harm that ends a trial at once, before its test decides. Checked each tick.

use super::sample::Sample;
use crate::config::Targets;
use crate::evidence::{Evidence, RequestEvidence};
use crate::number::to_f64;
use crate::stats::Summary;
use wf_instrument::Nanos;

/// Normal values before the trial, per tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Baseline {
    inter_token_latency: Option<f64>,
    cancelled: f64,
    failed: f64,
}

/// Counts under the new setting so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    ticks: u64,
    cancelled: u64,
    failed: u64,
}

impl Baseline {
    pub(super) fn of(before: &[Sample]) -> Self {
        let mean = |value: fn(&Sample) -> f64| Summary::mean_of(before.iter().map(value));
        let cancelled = |s: &Sample| to_f64(s.cancelled_before_first_token);
        Self {
            inter_token_latency: mean(|s| s.inter_token_latency),
            cancelled: mean(cancelled).unwrap_or_default(),
            failed: mean(|s| to_f64(s.failed)).unwrap_or_default(),
        }
    }

    /// Returns the reason to stop while the new setting is in force.
    pub(super) fn harm(
        &self,
        evidence: &Evidence,
        requests: &RequestEvidence,
        tally: Tally,
        targets: &Targets,
    ) -> Option<String> {
        let ticks = to_f64(tally.ticks);
        let latency = requests.inter_token_latency;
        latency_rose(
            self.inter_token_latency,
            latency,
            targets.inter_token_latency,
        )
        .or_else(|| {
            let expected = self.cancelled * ticks;
            count_rose(
                "cancelled before the first token",
                tally.cancelled,
                expected,
            )
        })
        .or_else(|| count_rose("failed", tally.failed, self.failed * ticks))
        .or_else(|| memory_is_full(evidence))
    }
}

/// Returns the reason to stop while the old setting is in force: a state that must not wait for the
/// end of a trial.
pub(super) fn emergency(
    evidence: &Evidence,
    requests: &RequestEvidence,
    targets: &Targets,
) -> Option<String> {
    let latency = requests.inter_token_latency;
    let far_over =
        |&(latency, target): &(Nanos, Nanos)| latency.as_secs() > EMERGENCY * target.as_secs();
    let far_over = latency.zip(targets.inter_token_latency).filter(far_over);
    far_over
        .map(|(latency, _)| {
            let ms = latency.as_millis();
            format!("inter-token latency {ms:.1} ms is far over its target")
        })
        .or_else(|| memory_is_full(evidence))
}

impl Tally {
    pub(super) const fn plus(self, requests: &RequestEvidence) -> Self {
        Self {
            ticks: self.ticks + 1,
            cancelled: self
                .cancelled
                .saturating_add(requests.cancelled_before_first_token),
            failed: self.failed.saturating_add(requests.failed),
        }
    }
}

/// Far over the target, and far over the baseline.
fn latency_rose(
    baseline: Option<f64>,
    now: Option<Nanos>,
    target: Option<Nanos>,
) -> Option<String> {
    let now = now?.as_secs();
    let far_over = now > target?.as_secs() * OVER_TARGET && now > baseline? * OVER_BASELINE;
    let ms = now * 1e3;
    far_over.then(|| format!("inter-token latency {ms:.1} ms is far over its target and baseline"))
}

/// Twice the expected count plus three standard deviations of a Poisson count: arrivals come in
/// bursts.
fn count_rose(what: &str, found: u64, expected: f64) -> Option<String> {
    let allowed = 2.0 * expected + 3.0 * expected.sqrt() + FEW;
    let reason = || format!("{found} requests {what}, {expected:.0} expected");
    (to_f64(found) > allowed).then(reason)
}

fn memory_is_full(evidence: &Evidence) -> Option<String> {
    let used = evidence.memory()?;
    (used.get() > MEMORY).then(|| format!("memory is at {:.0} %", used.as_percent()))
}

/// Times the target. The concurrency limit rolls back a raise at the same factor.
const EMERGENCY: f64 = 1.5;
const OVER_TARGET: f64 = 1.25;
const OVER_BASELINE: f64 = 1.5;
/// Single requests are no evidence.
const FEW: f64 = 5.0;
const MEMORY: f64 = 0.92;
