//! A distribution in cumulative buckets.

/// How many samples were at or below each bound.
///
/// From a recorded [`HistogramSnapshot`](wf_instrument::histogram::HistogramSnapshot), ask [`Bounds::count`](crate::Bounds::count).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Bounds in ascending order, each with the number of samples at or below it. Without the infinite bound: that is `count`.
    pub buckets: Vec<(f64, u64)>,
    /// The sum of the samples, in the unit of the bounds.
    pub sum: f64,
    /// The number of samples.
    pub count: u64,
}

impl Histogram {
    /// Whether bounds ascend, are finite, and counts never fall: what Prometheus takes for granted.
    pub(super) fn is_sound(&self) -> bool {
        let ascending = self
            .buckets
            .is_sorted_by(|(low, fewer), (high, more)| low < high && fewer <= more);
        let finite = self.buckets.iter().all(|(bound, _)| bound.is_finite());
        let counted = self.buckets.last().is_none_or(|&(_, n)| n <= self.count);
        ascending && finite && counted
    }
}
