//! Non-inferiority test: before against after.

use super::effect::{Effect, Verdict, compare};
use super::summary::Summary;

/// One tick of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Throughput, above 0.
    pub rate: f64,
    /// Tail latency: a high percentile; `None` where there were too few samples.
    pub tail: Option<f64>,
    /// True if requests waited. Only then is throughput what the service can do, and not what was
    /// asked of it.
    pub limited: bool,
}

/// Tests whether `after` is at least not worse than `before`.
///
/// Rejected if throughput was 10 % higher before (it fell by 9.1 %) while requests waited before
/// and after, if requests wait now and did not before, or if the tail latency rose by 10 %.
/// Undecided if the throughput before or after is unknown: without ticks, or where a rate is not
/// positive and finite.
///
/// This proves no gain: without an effect nearly every step is accepted. It is meant for steps to a
/// setting that would be safe as the initial one.
#[must_use]
pub fn non_inferiority_test(before: &[Observation], after: &[Observation]) -> Verdict {
    let waits =
        |ticks: &[Observation]| 2 * ticks.iter().filter(|o| o.limited).count() > ticks.len();
    let rates = |ticks: &[Observation]| ticks.iter().map(|o| o.rate).collect::<Vec<_>>();
    let tail = |ticks: &[Observation]| {
        let tails: Vec<f64> = ticks.iter().filter_map(|o| o.tail).collect();
        Summary::mean_of(tails)
    };
    let effect: Effect = compare(&rates(before), &rates(after));
    if !effect.is_known() {
        return Verdict::Undecided(Effect::UNKNOWN);
    }
    let slower = waits(before) && waits(after) && effect.log_ratio < -TOLERANCE.ln_1p();
    let queued = waits(after) && !waits(before);
    let longer = tail(before)
        .zip(tail(after))
        .is_some_and(|(before, after)| after > before * (1.0 + TOLERANCE));
    if slower || queued || longer {
        Verdict::Reject(effect)
    } else {
        Verdict::Accept(effect)
    }
}

/// A tenth: the scatter of one tick's throughput and tail on the simulated engine.
const TOLERANCE: f64 = 0.10;
