//! The rules that end a trial, as pure arithmetic.
//!
//! Throughput is compared by the logarithm of ratios, so that +10 % and −9 % are the same distance.
//!
//! Measured once on the simulated engine (`wf-plant`, whose tests hold bounds on such rates, not these figures): a switchback keeps a knob that does nothing in 0 of 248 experiments, 1.6 % beside a
//! neighbour that changes the machine's speed by 10 % from second to second, and 4.3 % at 20 %. One that gives 45 % more is kept each time.

use super::sample::{Sample, mean};
use crate::number::to_f64;

/// What the samples say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ruling {
    Keep(Effect),
    RollBack(Effect),
    Undecided(Effect),
}

/// An estimated log-ratio, and how far it may be off to either side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Effect {
    pub(crate) log_ratio: f64,
    pub(crate) margin: f64,
}

impl Effect {
    /// In percent.
    pub(crate) fn percent(self) -> f64 {
        (self.log_ratio.exp() - 1.0) * 100.0
    }

    /// The uncertainty, in points of percent.
    pub(crate) fn percent_margin(self) -> f64 {
        (self.margin.exp() - 1.0) * 100.0
    }
}

/// One look at a switchback: `pairs` are ln(new/old) of each pair of blocks.
///
/// A paired t statistic against critical values that grow with how early one looks (group-sequential: about 5 % on each side
/// over all six looks together when the pairs are independent). Kept where the lower bound is above zero *and* the estimate
/// reaches what is worth it; rolled back where the upper bound does not reach that, or after the last pair.
pub(crate) fn look(pairs: &[f64]) -> Ruling {
    let (Some(critical), Some(log_ratio)) = (critical(pairs.len()), mean(pairs.iter().copied()))
    else {
        return Ruling::Undecided(Effect {
            log_ratio: 0.0,
            margin: f64::INFINITY,
        });
    };
    let margin = critical * deviation(pairs, log_ratio) / to_f64(pairs.len() as u64).sqrt();
    let effect = Effect { log_ratio, margin };
    if log_ratio - margin > 0.0 && log_ratio >= worth() {
        Ruling::Keep(effect)
    } else if log_ratio + margin < worth() || pairs.len() >= MOST_PAIRS {
        Ruling::RollBack(effect)
    } else {
        Ruling::Undecided(effect)
    }
}

/// Before and after, for a step towards what the hardware says: kept unless it does harm. Harm is a tenth less throughput while requests
/// wait before and after, requests that wait where none did before, or a tail that is a tenth longer.
///
/// This proves no gain and does not claim one: without an effect it keeps nearly every step. It is for steps whose worst case is the setting
/// that one would have started from.
pub(crate) fn harmless(before: &[Sample], after: &[Sample]) -> Ruling {
    let waits =
        |samples: &[Sample]| 2 * samples.iter().filter(|s| s.limited).count() > samples.len();
    let tokens = |samples: &[Sample]| mean(logs(samples)).unwrap_or_default();
    let tail = |samples: &[Sample]| mean(samples.iter().filter_map(|s| s.tail));
    let effect = Effect {
        log_ratio: tokens(after) - tokens(before),
        margin: 0.0,
    };
    let slower = waits(before) && waits(after) && effect.log_ratio < -TOLERATED.ln_1p();
    let starved = waits(after) && !waits(before);
    let longer = tail(before)
        .zip(tail(after))
        .is_some_and(|(a, b)| b > a * (1.0 + TOLERATED));
    if slower || starved || longer {
        Ruling::RollBack(effect)
    } else {
        Ruling::Keep(effect)
    }
}

fn logs(samples: &[Sample]) -> Vec<f64> {
    samples.iter().map(|sample| sample.tokens.ln()).collect()
}

/// The standard deviation of a sample; infinite for fewer than two.
fn deviation(values: &[f64], mean: f64) -> f64 {
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let freedom = to_f64(values.len().saturating_sub(1) as u64);
    if freedom > 0.0 {
        (squares / freedom).sqrt()
    } else {
        f64::INFINITY
    }
}

fn critical(pairs: usize) -> Option<f64> {
    pairs
        .checked_sub(FEWEST_PAIRS)
        .and_then(|i| CRITICAL.get(i))
        .copied()
}

/// +10 % throughput: the playbook's criterion for "it helped".
fn worth() -> f64 {
    0.10_f64.ln_1p()
}

const FEWEST_PAIRS: usize = 3;
const MOST_PAIRS: usize = 8;

/// After 3, 4, … 8 pairs: an alpha-spending table found by simulation.
const CRITICAL: [f64; 6] = [9.0, 4.8, 3.6, 3.0, 2.75, 2.6];

/// A tenth: what a tick's throughput and tail scatter by on the simulated engine.
const TOLERATED: f64 = 0.10;

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(log_ratio: f64, noise: f64, n: usize) -> Vec<f64> {
        let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        (0..n).map(|i| log_ratio + noise * sign(i)).collect()
    }

    #[test]
    fn a_large_clear_effect_is_kept_at_the_first_look() {
        assert!(matches!(look(&pairs(0.5, 0.01, 3)), Ruling::Keep(_)));
        assert!(
            matches!(look(&pairs(0.5, 0.01, 2)), Ruling::Undecided(_)),
            "no look before three pairs"
        );
    }

    #[test]
    fn a_real_effect_that_is_too_small_is_not_kept() {
        assert!(matches!(look(&pairs(0.05, 0.001, 3)), Ruling::RollBack(_)));
    }

    #[test]
    fn a_noisy_effect_goes_on_until_the_last_pair_and_is_then_taken_back() {
        for n in 3..8 {
            assert!(
                matches!(look(&pairs(0.11, 0.3, n)), Ruling::Undecided(_)),
                "{n} pairs"
            );
        }
        assert!(matches!(look(&pairs(0.11, 0.3, 8)), Ruling::RollBack(_)));
    }

    #[test]
    fn harm_is_taken_back_at_the_first_look() {
        assert!(matches!(look(&pairs(-0.3, 0.01, 3)), Ruling::RollBack(_)));
    }

    fn samples(tokens: [f64; 4], tail: f64, limited: bool) -> [Sample; 4] {
        tokens.map(|tokens| Sample {
            tokens,
            gap: 0.01,
            tail: Some(tail),
            limited,
            gave_up: 0,
            failed: 0,
        })
    }

    #[test]
    fn a_step_is_harmless_unless_something_gets_worse() {
        let flat = [100.0, 101.0, 99.0, 100.0];
        let before = samples(flat, 0.05, true);
        assert!(matches!(
            harmless(&before, &samples(flat, 0.05, true)),
            Ruling::Keep(_)
        ));
        assert!(matches!(
            harmless(&before, &samples(flat.map(|t| t * 0.88), 0.05, true)),
            Ruling::RollBack(_)
        ));
        assert!(matches!(
            harmless(&before, &samples(flat, 0.06, true)),
            Ruling::RollBack(_)
        ));
        let idle = samples(flat, 0.05, false);
        assert!(matches!(
            harmless(&idle, &samples(flat, 0.05, true)),
            Ruling::RollBack(_)
        ));
    }
}
