//! Buckets of histogram families: the bounds of each, and counts up to them.
//!
//! Supersets of vLLM's bounds, which contain OpenTelemetry's, so that dashboards and rules written
//! for either keep working; finer at the low end, where vLLM counts every token of a stream above
//! 100 tokens/s in its first bucket.

use std::borrow::Cow;

use wf_instrument::histogram::HistogramSnapshot;

/// The upper bounds of a family's buckets, and the unit that its samples are exported in.
///
/// A bound is compared with recorded buckets that are 1/128 of their value wide (at two digits),
/// and samples of the one that straddles it count as above. So a count is low by at most the
/// samples within 0.8 % below the bound, and never high.
///
/// ```
/// use wf_exporter::Bounds;
/// use wf_instrument::histogram::HistogramSnapshot;
///
/// let nanos: HistogramSnapshot = [900, 1_500_000, 1_600_000_000].into_iter().collect();
/// let buckets = Bounds::seconds([1_000, 2_000_000, 1_000_000_000]).count(&nanos);
/// assert_eq!(buckets.cumulative, [(1e-6, 1), (0.002, 2), (1.0, 2)]);
/// assert_eq!(buckets.count, 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    ends: Cow<'static, [u64]>,
    per_unit: f64,
}

/// Cumulative counts of a histogram: the classic buckets of Prometheus.
///
/// For histograms that were counted elsewhere. Recorded samples are exported as
/// [`Histogram`](crate::Histogram), which keeps their full resolution for the encoder.
///
/// ```
/// use wf_exporter::{Buckets, Family};
///
/// let waits = Buckets {
///     cumulative: vec![(0.1, 3), (1.0, 7)],
///     sum: 2.4,
///     count: 8,
/// };
/// let family = Family::histogram("pool_wait_seconds", "Time to get a connection.");
/// let family = family.sample(&[("pool", "db")], waits);
/// # assert_eq!(family.name(), "pool_wait_seconds");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Buckets {
    /// Bounds in ascending order, each with the number of samples at or below it. Without the
    /// infinite bound: that is `count`.
    pub cumulative: Vec<(f64, u64)>,
    /// Sum of the samples, in the unit of the bounds.
    pub sum: f64,
    /// Number of samples.
    pub count: u64,
}

impl Bounds {
    /// Bounds in nanoseconds, for samples in nanoseconds that are exported in seconds.
    ///
    /// Sorted here; repeated bounds count once.
    #[must_use]
    pub fn seconds(nanos: impl IntoIterator<Item = u64>) -> Self {
        Self::sorted(nanos.into_iter().collect(), NANOS_PER_SECOND)
    }

    /// Bounds for samples that are exported as they were recorded.
    ///
    /// Sorted here; repeated bounds count once.
    #[must_use]
    pub fn plain(ends: impl IntoIterator<Item = u64>) -> Self {
        Self::sorted(ends.into_iter().collect(), 1.0)
    }

    /// Counts the samples at or below each bound. One pass over the recorded buckets; one
    /// allocation.
    #[must_use]
    pub fn count(&self, samples: &HistogramSnapshot) -> Buckets {
        Buckets {
            cumulative: self.cumulative(samples).collect(),
            sum: self.sum(samples),
            count: samples.count(),
        }
    }

    /// Number of bounds, without the infinite one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns true if there is no bound but the infinite one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each bound in the exported unit, with the number of samples at or below it.
    pub(crate) fn cumulative<'a>(
        &'a self,
        samples: &'a HistogramSnapshot,
    ) -> impl Iterator<Item = (f64, u64)> + 'a {
        let mut recorded = samples.buckets().peekable();
        let mut below = 0_u64;
        self.ends.iter().map(move |&end| {
            while let Some((_, _, n)) = recorded.next_if(|&(_, highest, _)| highest <= end) {
                below = below.saturating_add(n);
            }
            (self.in_units(to_f64(end)), below)
        })
    }

    /// The sum of the samples in the exported unit.
    pub(crate) fn sum(&self, samples: &HistogramSnapshot) -> f64 {
        self.in_units(wide_to_f64(samples.wide_sum()))
    }

    /// These bounds and more.
    pub(crate) fn with(&self, more: impl IntoIterator<Item = u64>) -> Self {
        let ends = self.ends.iter().copied().chain(more).collect();
        Self::sorted(ends, self.per_unit)
    }

    const fn of_nanos(ends: &'static [u64]) -> Self {
        Self {
            ends: Cow::Borrowed(ends),
            per_unit: NANOS_PER_SECOND,
        }
    }

    const fn of_ones(ends: &'static [u64]) -> Self {
        Self {
            ends: Cow::Borrowed(ends),
            per_unit: 1.0,
        }
    }

    fn sorted(mut ends: Vec<u64>, per_unit: f64) -> Self {
        ends.sort_unstable();
        ends.dedup();
        Self {
            ends: Cow::Owned(ends),
            per_unit,
        }
    }

    /// A division, because only that gives the float that is nearest to the decimal fraction:
    /// 4,167,000 ns are 0.004167.
    fn in_units(&self, value: f64) -> f64 {
        value / self.per_unit
    }
}

impl Buckets {
    /// Returns true if bounds ascend and are finite, and counts never fall, as Prometheus requires.
    pub(crate) fn is_sound(&self) -> bool {
        let ascending = self
            .cumulative
            .is_sorted_by(|(low, fewer), (high, more)| low < high && fewer <= more);
        let finite = self.cumulative.iter().all(|(bound, _)| bound.is_finite());
        let counted = self.cumulative.last().is_none_or(|&(_, n)| n <= self.count);
        ascending && finite && counted
    }
}

/// The nearest `f64`: exact up to 2⁵³.
pub(crate) const fn to_f64(n: u64) -> f64 {
    n as f64
}

/// The nearest `f64`: exact up to 2⁵³.
const fn wide_to_f64(n: u128) -> f64 {
    n as f64
}

const NANOS_PER_SECOND: f64 = 1e9;
const US: u64 = 1_000;
const MS: u64 = 1_000_000;
const S: u64 = 1_000_000_000;

/// Time to first token: vLLM's 22 bounds and .002 .003 .015 .03 .15 .2 .3 .4.
#[rustfmt::skip]
pub(crate) static FIRST_TOKEN: Bounds = Bounds::of_nanos(&[
    MS, 2 * MS, 3 * MS, 5 * MS, 10 * MS, 15 * MS, 20 * MS, 30 * MS, 40 * MS, 60 * MS, 80 * MS,
    100 * MS, 150 * MS, 200 * MS, 250 * MS, 300 * MS, 400 * MS, 500 * MS, 750 * MS, S, 2_500 * MS,
    5 * S, 7_500 * MS, 10 * S, 20 * S, 40 * S, 80 * S, 160 * S, 640 * S, 2_560 * S,
]);

/// Inter-token latency and TPOT: vLLM's 19 bounds, .0005 to .008 and .015 .02 .03 .04 .06 .08.
#[rustfmt::skip]
pub(crate) static INTER_TOKEN: Bounds = Bounds::of_nanos(&[
    500 * US, MS, 2 * MS, 3 * MS, 4 * MS, 5 * MS, 6 * MS, 8 * MS, 10 * MS, 15 * MS, 20 * MS,
    25 * MS, 30 * MS, 40 * MS, 50 * MS, 60 * MS, 75 * MS, 80 * MS, 100 * MS, 150 * MS, 200 * MS,
    300 * MS, 400 * MS, 500 * MS, 750 * MS, S, 2_500 * MS, 5 * S, 7_500 * MS, 10 * S, 20 * S,
    40 * S, 80 * S,
]);

/// A whole request or a phase of it: .001 to .16, then vLLM's 21 bounds.
#[rustfmt::skip]
pub(crate) static REQUEST: Bounds = Bounds::of_nanos(&[
    MS, 5 * MS, 10 * MS, 20 * MS, 40 * MS, 80 * MS, 160 * MS, 300 * MS, 500 * MS, 800 * MS, S,
    1_500 * MS, 2 * S, 2_500 * MS, 5 * S, 10 * S, 15 * S, 20 * S, 30 * S, 40 * S, 50 * S, 60 * S,
    120 * S, 240 * S, 480 * S, 960 * S, 1_920 * S, 7_680 * S,
]);

/// Refresh intervals of displays: 240, 144, 120, 90, 60, 50, 40, 30 Hz and slower.
#[rustfmt::skip]
pub(crate) static FRAME: Bounds = Bounds::of_nanos(&[
    4_167 * US, 6_944 * US, 8_333 * US, 11_111 * US, 16_667 * US, 20 * MS, 25 * MS, 33_333 * US,
    50 * MS, 100 * MS, 250 * MS, 500 * MS, S,
]);

/// Spans: coarse below 100 µs, then 1-2-5 to 10 s, then 30 s and a minute.
#[rustfmt::skip]
pub(crate) static SPAN: Bounds = Bounds::of_nanos(&[
    US, 10 * US, 100 * US, 200 * US, 500 * US, MS, 2 * MS, 5 * MS, 10 * MS, 20 * MS, 50 * MS,
    100 * MS, 200 * MS, 500 * MS, S, 2 * S, 5 * S, 10 * S, 30 * S, 60 * S,
]);

/// Tokens of a request, and other counts: 1-2-5 to a million, the longest context of models.
#[rustfmt::skip]
pub(crate) static COUNT: Bounds = Bounds::of_ones(&[
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
    200_000, 500_000, 1_000_000,
]);

/// Bytes: powers of four from 256 B to 64 GiB.
#[rustfmt::skip]
pub(crate) static BYTES: Bounds = Bounds::of_ones(&[
    1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26,
    1 << 28, 1 << 30, 1 << 32, 1 << 34, 1 << 36,
]);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bounds of vLLM's `vllm/v1/metrics/buckets.py`.
    const VLLM_FIRST_TOKEN: [f64; 22] = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
        20.0, 40.0, 80.0, 160.0, 640.0, 2560.0,
    ];
    const VLLM_INTER_TOKEN: [f64; 19] = [
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
        20.0, 40.0, 80.0,
    ];
    const VLLM_REQUEST: [f64; 21] = [
        0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0,
        240.0, 480.0, 960.0, 1920.0, 7680.0,
    ];
    const OPENTELEMETRY_FIRST_TOKEN: [f64; 16] = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ];

    fn check_contains(bounds: &Bounds, theirs: &[f64]) {
        let ours = bounds.count(&HistogramSnapshot::default()).cumulative;
        for bound in theirs {
            assert!(ours.iter().any(|(b, _)| b == bound), "{bound} is missing");
        }
    }

    #[test]
    fn dashboards_for_vllm_and_opentelemetry_find_every_bound_they_name() {
        check_contains(&FIRST_TOKEN, &VLLM_FIRST_TOKEN);
        check_contains(&FIRST_TOKEN, &OPENTELEMETRY_FIRST_TOKEN);
        check_contains(&INTER_TOKEN, &VLLM_INTER_TOKEN);
        check_contains(&REQUEST, &VLLM_REQUEST);
    }

    #[test]
    fn constant_bounds_ascend() {
        for bounds in [
            &FIRST_TOKEN,
            &INTER_TOKEN,
            &REQUEST,
            &FRAME,
            &SPAN,
            &COUNT,
            &BYTES,
        ] {
            assert!(
                bounds.ends.is_sorted_by(|low, high| low < high),
                "{bounds:?}"
            );
        }
    }

    #[test]
    fn a_bound_is_the_decimal_that_people_write() {
        let bounds = FRAME.count(&HistogramSnapshot::default()).cumulative;
        assert_eq!((bounds[0].0, bounds[7].0), (0.004_167, 0.033_333));
    }

    #[test]
    fn a_sum_is_exact_past_the_end_of_u64() {
        let samples: HistogramSnapshot = [u64::MAX; 3].into_iter().collect();
        let sum = 3.0 * 2_f64.powi(64);
        assert_eq!(BYTES.count(&samples).sum, sum);
        assert_eq!(SPAN.count(&samples).sum, sum / 1e9);
    }

    #[test]
    fn a_target_becomes_a_bound_of_its_own() {
        let bounds = FIRST_TOKEN.with([350 * MS, 500 * MS]);
        assert_eq!(bounds.ends.len(), FIRST_TOKEN.ends.len() + 1);
        check_contains(&bounds, &[0.35, 0.5]);
    }

    fn of_any_size() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0_u32..64).prop_map(|(value, shift)| value >> shift)
    }

    proptest! {
        #[test]
        fn one_pass_counts_the_same_as_one_pass_for_each_bound(
            samples in prop::collection::vec(of_any_size(), 0..200),
            ends in prop::collection::vec(of_any_size(), 0..40),
        ) {
            let samples: HistogramSnapshot = samples.into_iter().collect();
            let bounds = Bounds::plain(ends);
            let expected: Vec<_> =
                bounds.ends.iter().map(|&end| (to_f64(end), samples.count_up_to(end))).collect();
            let counted = bounds.count(&samples);
            prop_assert_eq!(counted.cumulative, expected);
            prop_assert_eq!(counted.count, samples.count());
        }
    }
}
