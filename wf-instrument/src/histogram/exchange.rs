//! To and from `hdrhistogram`, the format that other tools exchange.

use super::layout::Layout;
use super::snapshot::HistogramSnapshot;

impl HistogramSnapshot {
    /// Converts to an `hdrhistogram::Histogram` of the same precision: every count is in the bucket
    /// of the same values.
    ///
    /// Allocates the dense histogram: 8 bytes a bucket up to the largest sample. That crate keeps
    /// no sum.
    ///
    /// # Errors
    ///
    /// If `hdrhistogram` refuses a value: beyond its range of about 2⁶³ − 1.
    ///
    /// ```
    /// use wf_instrument::histogram::HistogramSnapshot;
    ///
    /// let snapshot: HistogramSnapshot = (1..=1_000).collect();
    /// let hdr = snapshot.to_hdr()?;
    /// assert_eq!(hdr.value_at_quantile(0.99), snapshot.quantile(0.99).unwrap_or_default());
    /// assert_eq!(HistogramSnapshot::from_hdr(&hdr).count(), 1_000);
    /// # Ok::<(), wf_instrument::histogram::RecordError>(())
    /// ```
    pub fn to_hdr(&self) -> Result<hdrhistogram::Histogram<u64>, hdrhistogram::RecordError> {
        // Two is the lowest bound that the crate takes and 2 or 3 are digits that it knows, so this
        // does not fail.
        let mut hdr = hdrhistogram::Histogram::new_with_bounds(1, 2, self.layout().digits())
            .map_err(|_| hdrhistogram::RecordError::ResizeFailedUsizeTypeTooSmall)?;
        hdr.auto(true);
        for (_, high, count) in self.buckets() {
            hdr.record_n(high, count)?;
        }
        Ok(hdr)
    }

    /// Converts any `hdrhistogram::Histogram`, at the nearest of our precisions that is not coarser
    /// (three digits at most). The sum is that of the buckets' midpoints, since that crate keeps
    /// none.
    #[must_use]
    pub fn from_hdr(hdr: &hdrhistogram::Histogram<u64>) -> Self {
        let layout = if hdr.sigfig() <= 2 {
            Layout::TWO_DIGITS
        } else {
            Layout::THREE_DIGITS
        };
        let recorded = hdr.iter_recorded();
        let samples = recorded.map(|step| {
            (
                hdr.median_equivalent(step.value_iterated_to()),
                step.count_since_last_iteration(),
            )
        });
        Self::from_samples(layout, samples)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sum_is_kept_on_the_way_through_hdrhistogram() {
        let large = 1_u64 << 62;
        let snapshot: HistogramSnapshot = [large; 9].into_iter().collect();
        let back = HistogramSnapshot::from_hdr(&snapshot.to_hdr().unwrap());
        let (was, is) = (snapshot.wide_sum(), back.wide_sum());
        assert!(is.abs_diff(was) <= was / 128, "{is} for {was}");
    }

    proptest! {
        #[test]
        fn counts_survive_the_way_to_hdrhistogram_and_back(
            samples in prop::collection::vec((1_u64..1 << 62, 0_u32..62), 1..100),
        ) {
            let snapshot: HistogramSnapshot = samples.iter().map(|(v, s)| (v >> s).max(1)).collect();
            let back = HistogramSnapshot::from_hdr(&snapshot.to_hdr().unwrap());
            prop_assert_eq!(back.count(), snapshot.count());
            prop_assert!(back.buckets().eq(snapshot.buckets()));
        }
    }
}
