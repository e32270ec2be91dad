//! Nearest-rank quantiles over counts in bucket order.

use crate::units::to_f64;

/// The position in bucket order of the sample at quantile `q` of `total` samples: the smallest rank
/// r ≥ 1 with r ≥ q·total.
///
/// The definition of HdrHistogram (`valueAtPercentile`) and of R's type 1. `q` is clamped to [0,
/// 1]; NaN counts as 0.
pub(crate) fn rank(q: f64, total: u64) -> u64 {
    let exact = q.clamp(0.0, 1.0) * to_f64(total);
    to_rank(exact.ceil()).clamp(1, total.max(1))
}

/// Saturates, and takes NaN as 0: what `as` does, which is what is wanted here.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturation is the intent"
)]
fn to_rank(n: f64) -> u64 {
    n as u64
}

/// The number of samples below which the quantile `q` is little more than the maximum: one of 1/(1
/// − q) samples lies in the tail. With fewer, readers widen their window or report no value.
///
/// ```
/// use wf_instrument::histogram::samples_needed;
///
/// assert_eq!(samples_needed(0.5), 10);
/// assert_eq!(samples_needed(0.9), 30);
/// assert_eq!(samples_needed(0.99), 300);
/// ```
///
/// Three samples beyond the quantile, and at least ten in all: with fewer, one outlier decides.
#[must_use]
pub fn samples_needed(q: f64) -> u64 {
    const BEYOND: f64 = 3.0;
    const LEAST: u64 = 10;
    let tail = (1.0 - q).max(f64::EPSILON);
    to_rank((BEYOND / tail).round()).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_nearest_ranks() {
        assert_eq!(rank(0.0, 10), 1);
        assert_eq!(rank(0.5, 10), 5);
        assert_eq!(rank(0.51, 10), 6);
        assert_eq!(rank(1.0, 10), 10);
    }

    #[test]
    fn senseless_quantiles_stay_within_the_samples() {
        assert_eq!(rank(f64::NAN, 10), 1);
        assert_eq!(rank(-1.0, 10), 1);
        assert_eq!(rank(f64::INFINITY, 10), 10);
        assert_eq!(rank(0.5, 0), 1);
    }
}
