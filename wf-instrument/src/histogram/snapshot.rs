//! A copy of a histogram at one moment: readers add, subtract and query it.

use super::layout::Layout;
use super::quantile::rank;
use crate::units::to_f64;

/// An immutable histogram: the counts at one moment, or the difference of two moments.
///
/// Sparse: 10 bytes for each bucket that holds a sample, so a few hundred bytes to a few KiB for
/// latencies. Values are plain `u64` in the unit of the series that it came from (nanoseconds for
/// times).
///
/// ```
/// use wf_instrument::histogram::HistogramSnapshot;
///
/// let snapshot: HistogramSnapshot = (1..=100).collect();
/// assert_eq!(snapshot.count(), 100);
/// assert_eq!(snapshot.quantile(0.5), Some(50));
/// assert_eq!(snapshot.sum(), 5_050);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        try_from = "super::serialized::Sparse",
        into = "super::serialized::Sparse"
    )
)]
pub struct HistogramSnapshot {
    layout: Layout,
    buckets: Vec<Bucket>,
    count: u64,
    sum: u128,
}

/// The samples in a bucket. Packed: what is read of 200 histograms is a megabyte then, not two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(2))]
pub(super) struct Bucket {
    pub(super) number: u16,
    pub(super) samples: u64,
}

impl Bucket {
    pub(super) const EMPTY: Self = Self {
        number: 0,
        samples: 0,
    };
}

impl HistogramSnapshot {
    /// A histogram without samples.
    #[must_use]
    pub const fn empty(layout: Layout) -> Self {
        Self {
            layout,
            buckets: Vec::new(),
            count: 0,
            sum: 0,
        }
    }

    /// From buckets that hold samples, in ascending order of their numbers, and the sum of the
    /// samples.
    pub(super) fn from_buckets(layout: Layout, buckets: Vec<Bucket>, sum: u128) -> Self {
        let count = total(buckets.iter().map(|bucket| bucket.samples));
        Self::from_parts(layout, buckets, count, sum)
    }

    /// Does what [`HistogramSnapshot::from_buckets`] does, where the number of samples is known.
    pub(super) fn from_parts(layout: Layout, buckets: Vec<Bucket>, count: u64, sum: u128) -> Self {
        debug_assert!(buckets.is_sorted_by_key(|bucket| bucket.number));
        debug_assert_eq!(count, total(buckets.iter().map(|bucket| bucket.samples)));
        Self {
            layout,
            buckets,
            count,
            sum,
        }
    }

    /// The bucket arithmetic that it was recorded with.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The number of samples: always the sum over [`HistogramSnapshot::buckets`].
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The sum of the samples as they were recorded (not of bucket midpoints); `u64::MAX` where it
    /// is more than that.
    #[must_use]
    pub fn sum(&self) -> u64 {
        u64::try_from(self.sum).unwrap_or(u64::MAX)
    }

    /// The sum of the samples past the end of `u64` too. [`HistogramSnapshot::mean`] and
    /// differences are taken of this one.
    ///
    /// Exact while what one thread has recorded of one octave of values adds up to less than 2⁷¹;
    /// within 1/128 past that.
    #[must_use]
    pub const fn wide_sum(&self) -> u128 {
        self.sum
    }

    /// Returns whether there is no sample.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The mean of the samples; `None` where there is none.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| wide_to_f64(self.sum) / to_f64(self.count))
    }

    /// The smallest value of the first bucket that holds a sample: at most 1/128 below the smallest
    /// sample at two digits.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        self.buckets
            .first()
            .map(|bucket| self.layout.lowest(bucket.number.into()))
    }

    /// The largest value of the last bucket that holds a sample: at most 1/128 above the largest
    /// sample at two digits.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.buckets
            .last()
            .map(|bucket| self.layout.highest(bucket.number.into()))
    }

    /// The nearest-rank quantile, as the largest value of its bucket: never below the sample, at
    /// most 1/128 above it at two digits. `None` where there is no sample. Counts the samples on
    /// the shorter side of it.
    ///
    /// A quantile of few samples is little more than the maximum: see
    /// [`samples_needed`](super::samples_needed).
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let rank = rank(q, self.count);
        let reached = match rank <= self.count / 2 {
            true => reaching(rank, self.buckets.iter()),
            false => reaching(
                self.count.saturating_sub(rank) + 1,
                self.buckets.iter().rev(),
            ),
        };
        reached.map(|bucket| self.layout.highest(bucket.number.into()))
    }

    /// The number of samples in buckets that end at or below `bound`: a Prometheus bucket with `le
    /// = bound`.
    ///
    /// A bucket that straddles the bound counts as above it, so the result is low by the samples in
    /// at most one bucket.
    #[must_use]
    pub fn count_up_to(&self, bound: u64) -> u64 {
        let within = |bucket: &&Bucket| self.layout.highest(bucket.number.into()) <= bound;
        let up_to = self.buckets.iter().take_while(within);
        total(up_to.map(|bucket| bucket.samples))
    }

    /// The buckets that hold samples, in order: lowest value, highest value, samples.
    pub fn buckets(&self) -> impl ExactSizeIterator<Item = (u64, u64, u64)> + '_ {
        self.buckets.iter().map(|&Bucket { number, samples }| {
            (
                self.layout.lowest(number.into()),
                self.layout.highest(number.into()),
                samples,
            )
        })
    }

    /// The buckets that hold samples, by their numbers.
    #[cfg(feature = "serde")]
    pub(super) fn numbered(&self) -> impl Iterator<Item = Bucket> {
        self.buckets.iter().copied()
    }

    /// Everything recorded in either. Of another layout, `other` is re-recorded by the highest
    /// value of its buckets.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let other = other.in_layout(self.layout);
        let sum = self.sum.saturating_add(other.sum);
        let buckets = merged(&self.buckets, &other.buckets);
        Self::from_buckets(self.layout, buckets, sum)
    }

    /// Everything recorded since `earlier`, an earlier state of the same series. No bucket goes
    /// below zero. Reads no bucket where the number of samples is the same.
    #[must_use]
    pub fn minus(&self, earlier: &Self) -> Self {
        let earlier = earlier.in_layout(self.layout);
        if self.is_as(&earlier) {
            return Self::empty(self.layout);
        }
        let sum = self.sum.saturating_sub(earlier.sum);
        let buckets = grown(&self.buckets, &earlier.buckets);
        Self::from_buckets(self.layout, buckets, sum)
    }

    /// Memory held, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.buckets.capacity() * size_of::<Bucket>()
    }

    /// Returns whether nothing was recorded since `earlier`: no count of a series shrinks, so that
    /// none has grown where their sum has not. Past its end the sum does not show it.
    fn is_as(&self, earlier: &Self) -> bool {
        let totals = |of: &Self| (of.count, of.sum, of.buckets.len());
        totals(self) == totals(earlier) && self.count < u64::MAX
    }

    fn in_layout(&self, layout: Layout) -> std::borrow::Cow<'_, Self> {
        use std::borrow::Cow;
        if layout == self.layout {
            return Cow::Borrowed(self);
        }
        let mut moved = Self::from_samples(layout, self.buckets().map(|(_, high, n)| (high, n)));
        moved.sum = self.sum;
        Cow::Owned(moved)
    }

    pub(crate) fn from_samples(
        layout: Layout,
        samples: impl IntoIterator<Item = (u64, u64)>,
    ) -> Self {
        let mut counts = std::collections::BTreeMap::<u16, u64>::new();
        let mut sum = 0_u128;
        for (value, n) in samples {
            let count = counts
                .entry(bucket_number(layout.index_of(value)))
                .or_default();
            *count = count.saturating_add(n);
            sum = sum.saturating_add(u128::from(value) * u128::from(n));
        }
        let buckets = counts.into_iter().filter(|&(_, samples)| samples > 0);
        let buckets = buckets.map(|(number, samples)| Bucket { number, samples });
        Self::from_buckets(layout, buckets.collect(), sum)
    }
}

impl Default for HistogramSnapshot {
    fn default() -> Self {
        Self::empty(Layout::TWO_DIGITS)
    }
}

impl FromIterator<u64> for HistogramSnapshot {
    /// At two digits.
    fn from_iter<I: IntoIterator<Item = u64>>(samples: I) -> Self {
        Self::from_samples(
            Layout::TWO_DIGITS,
            samples.into_iter().map(|value| (value, 1)),
        )
    }
}

/// The bucket in which the sample of this rank lies, counted in the order of `buckets`.
fn reaching<'a>(rank: u64, mut buckets: impl Iterator<Item = &'a Bucket>) -> Option<&'a Bucket> {
    let mut counted = 0;
    buckets.find(|bucket| {
        counted = u64::saturating_add(counted, bucket.samples);
        counted >= rank
    })
}

/// The samples of either, in ascending order as both are.
fn merged(mut left: &[Bucket], mut right: &[Bucket]) -> Vec<Bucket> {
    let mut buckets = Vec::with_capacity(left.len().max(right.len()));
    while let ([first, ..], [other, ..]) = (left, right) {
        let number = first.number.min(other.number);
        let (mine, theirs) = (taken(&mut left, number), taken(&mut right, number));
        let samples = mine.saturating_add(theirs);
        buckets.push(Bucket { number, samples });
    }
    buckets.extend_from_slice(left);
    buckets.extend_from_slice(right);
    buckets
}

/// The samples of `later` without those of `earlier`. Memory is written for what is left only: in
/// most windows most histograms are as they were.
fn grown(later: &[Bucket], mut earlier: &[Bucket]) -> Vec<Bucket> {
    let mut buckets = Vec::with_capacity(later.len());
    for block in later.chunks(BLOCK) {
        if let Some((same, rest)) = earlier.split_at_checked(block.len())
            && are_of_same_numbers(block, same)
        {
            earlier = rest;
            for (&later, before) in block.iter().zip(same) {
                push_grown(&mut buckets, later, before.samples);
            }
            continue;
        }
        for &later in block {
            while let [first, rest @ ..] = earlier
                && first.number < later.number
            {
                earlier = rest;
            }
            let before = taken(&mut earlier, later.number);
            push_grown(&mut buckets, later, before);
        }
    }
    buckets.shrink_to_fit();
    buckets
}

/// Appends what a bucket has beyond `before`.
#[inline]
fn push_grown(buckets: &mut Vec<Bucket>, Bucket { number, samples }: Bucket, before: u64) {
    if samples > before {
        let samples = samples - before;
        buckets.push(Bucket { number, samples });
    }
}

/// Buckets whose numbers are compared at once: 5 cache lines.
const BLOCK: usize = 32;

/// Compares without a branch for each bucket.
fn are_of_same_numbers(one: &[Bucket], other: &[Bucket]) -> bool {
    let differences = { one.iter().zip(other) }.map(|(one, other)| one.number ^ other.number);
    differences.fold(0, |all, some| all | some) == 0
}

/// The samples of the first bucket, taken off, where it has this number; else none.
fn taken(rest: &mut &[Bucket], number: u16) -> u64 {
    match *rest {
        [first, others @ ..] if first.number == number => {
            *rest = others;
            first.samples
        }
        _ => 0,
    }
}

/// Counts saturate: a mistake in counting must not panic the code that is measured.
fn total(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// The nearest `f64`.
#[expect(
    clippy::cast_precision_loss,
    reason = "the rounding is what the name promises"
)]
const fn wide_to_f64(n: u128) -> f64 {
    n as f64
}

/// A bucket number as it is stored.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a layout has at most 56,320 buckets"
)]
pub(crate) const fn bucket_number(index: usize) -> u16 {
    index as u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_histogram_knows_nothing() {
        let empty = HistogramSnapshot::default();
        assert_eq!(
            (empty.quantile(0.5), empty.min(), empty.max(), empty.mean()),
            (None, None, None, None)
        );
        assert_eq!(empty.count_up_to(u64::MAX), 0);
    }

    #[test]
    fn cumulative_counts_are_monotone_and_end_at_the_count() {
        let snapshot: HistogramSnapshot = [5, 100, 1_000, 1_000_000].into_iter().collect();
        assert_eq!(snapshot.count_up_to(4), 0);
        assert_eq!(snapshot.count_up_to(5), 1);
        assert_eq!(snapshot.count_up_to(2_000), 3);
        assert_eq!(snapshot.count_up_to(u64::MAX), snapshot.count());
    }

    #[test]
    fn a_window_without_samples_holds_no_memory_for_buckets() {
        let snapshot: HistogramSnapshot = (0..1_000).collect();
        let window = snapshot.minus(&snapshot);
        assert_eq!(window, HistogramSnapshot::default());
        assert_eq!(window.bytes(), HistogramSnapshot::default().bytes());
    }

    #[test]
    fn a_window_has_the_samples_that_came_to_a_count_at_its_end() {
        let zeros = |n| {
            let samples = [(0, n), (1, u64::MAX)];
            HistogramSnapshot::from_samples(Layout::TWO_DIGITS, samples)
        };
        let window = zeros(5).minus(&zeros(3));
        assert!(window.buckets().eq([(0, 0, 2)]));
    }

    fn samples() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec((any::<u64>(), 0_u32..64).prop_map(|(v, s)| v >> s), 1..200)
    }

    proptest! {
        #[test]
        fn quantiles_are_the_sorted_sample_within_the_stated_error(mut v in samples(), q in 0.0..=1.0) {
            let snapshot: HistogramSnapshot = v.iter().copied().collect();
            v.sort_unstable();
            let exact = v[usize::try_from(rank(q, v.len() as u64)).unwrap() - 1];
            let found = snapshot.quantile(q).unwrap();
            prop_assert!(found >= exact && found - exact <= exact / 128);
        }

        #[test]
        fn a_sum_minus_one_part_is_the_other_part(a in samples(), b in samples()) {
            let (a, b): (HistogramSnapshot, HistogramSnapshot) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert_eq!(a.plus(&b).minus(&b), a);
        }

        #[test]
        fn a_window_has_the_few_samples_that_came_to_many(
            before in 0_u64..4_000, few in prop::collection::vec(0_u64..5_000, 0..4),
        ) {
            let earlier: HistogramSnapshot = (before..4_000).collect();
            let later: HistogramSnapshot = (before..4_000).chain(few.iter().copied()).collect();
            prop_assert_eq!(later.minus(&earlier), few.into_iter().collect());
            prop_assert!(earlier.minus(&later).is_empty());
        }

        #[test]
        fn adding_is_recording_both(a in samples(), b in samples()) {
            let both: HistogramSnapshot = a.iter().chain(&b).copied().collect();
            let (a, b): (HistogramSnapshot, HistogramSnapshot) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert_eq!(a.plus(&b), both);
        }
    }
}
