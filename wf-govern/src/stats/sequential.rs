//! Sequential test for a gain.
//!
//! Measured once on the simulated engine (`wf-plant`, whose tests hold bounds on such rates and
//! not these figures): a switchback keeps a knob without effect in 0 of 248 experiments, in 1.6 %
//! beside a neighbour that changes the machine's speed by 10 % from second to second, and in 4.3 %
//! at 20 %. A knob that gives 45 % more is kept each time.

use super::effect::{Effect, Verdict};
use super::summary::Summary;

/// Tests after each pair of blocks whether a gain of 10 % or more is proven.
///
/// `log_ratios` holds ln(new / old) of each pair. A paired t statistic is compared with critical
/// values that fall with the number of pairs (group-sequential: noise alone passes in 4 % of the
/// experiments on each side, over all six tests together, if the pairs are independent).
///
/// Accepted if the lower bound is above zero *and* the estimate reaches 10 %; rejected if the upper
/// bound stays below 10 %, or after the last pair. Undecided below [`FEWEST_PAIRS`].
#[must_use]
pub fn sequential_test(log_ratios: &[f64]) -> Verdict {
    let summary = Summary::of(log_ratios.iter().copied());
    let Some((critical, summary)) = critical(log_ratios.len()).zip(summary) else {
        return Verdict::Undecided(Effect::UNKNOWN);
    };
    let (log_ratio, margin) = (summary.mean, critical * summary.standard_error());
    let effect = Effect { log_ratio, margin };
    let required = REQUIRED_GAIN.ln_1p();
    if log_ratio - margin > 0.0 && log_ratio >= required {
        Verdict::Accept(effect)
    } else if log_ratio + margin < required || log_ratios.len() >= MOST_PAIRS {
        Verdict::Reject(effect)
    } else {
        Verdict::Undecided(effect)
    }
}

fn critical(pairs: usize) -> Option<f64> {
    let last = pairs.min(MOST_PAIRS).checked_sub(FEWEST_PAIRS)?;
    CRITICAL.get(last).copied()
}

/// +10 % throughput: less is not worth a change.
const REQUIRED_GAIN: f64 = 0.10;

/// Number of pairs below which nothing is concluded.
pub const FEWEST_PAIRS: usize = 3;

/// Number of pairs after which the test always ends.
pub const MOST_PAIRS: usize = FEWEST_PAIRS + CRITICAL.len() - 1;

/// After 3, 4, … 8 pairs. A test simulates the rate of false alarms that they give.
const CRITICAL: [f64; 6] = [9.0, 4.8, 3.6, 3.0, 2.75, 2.6];
