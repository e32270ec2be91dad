//! A histogram as it is written: the buckets that hold samples.

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::snapshot::{Bucket, HistogramSnapshot};

/// The serialized form of a [`HistogramSnapshot`].
#[derive(Serialize, Deserialize)]
pub(super) struct Sparse {
    /// Significant decimal digits: 2 or 3.
    digits: u8,
    /// Sum of the samples modulo 2⁶⁴, and how many times 2⁶⁴ it has beyond: many formats have no
    /// larger numbers. Not checked against the buckets: it may be ahead of them or behind them, by
    /// the samples that were recorded while it was read.
    sum: u64,
    #[serde(default)]
    sum_high: u64,
    /// Number of the bucket and of its samples, in ascending order.
    buckets: Vec<(u16, u64)>,
}

impl From<HistogramSnapshot> for Sparse {
    fn from(snapshot: HistogramSnapshot) -> Self {
        let buckets = snapshot.numbered();
        Self {
            digits: snapshot.layout().digits(),
            sum: low(snapshot.wide_sum()),
            sum_high: low(snapshot.wide_sum() >> u64::BITS),
            buckets: buckets
                .map(|bucket| (bucket.number, bucket.samples))
                .collect(),
        }
    }
}

impl TryFrom<Sparse> for HistogramSnapshot {
    type Error = &'static str;

    fn try_from(sparse: Sparse) -> Result<Self, Self::Error> {
        let layout = match sparse.digits {
            2 => Layout::TWO_DIGITS,
            3 => Layout::THREE_DIGITS,
            _ => return Err("a histogram has 2 or 3 digits"),
        };
        if !sparse
            .buckets
            .is_sorted_by(|(one, _), (next, _)| one < next)
        {
            return Err("the buckets of a histogram are in ascending order");
        }
        let beyond = |&(number, _): &(u16, u64)| usize::from(number) >= layout.buckets();
        if sparse.buckets.last().is_some_and(beyond) {
            return Err("the number of a bucket is beyond the last bucket");
        }
        let sum = u128::from(sparse.sum_high) << u64::BITS | u128::from(sparse.sum);
        let held = sparse
            .buckets
            .into_iter()
            .filter(|&(_, samples)| samples > 0);
        let buckets = held.map(|(number, samples)| Bucket { number, samples });
        Ok(Self::from_buckets(layout, buckets.collect(), sum))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
const fn low(sum: u128) -> u64 {
    sum as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialized_data_that_is_no_histogram_is_rejected() {
        for (text, refused) in [
            (r#"{"digits":4,"sum":0,"buckets":[]}"#, "digits"),
            (
                r#"{"digits":2,"sum":0,"buckets":[[2,1],[1,1]]}"#,
                "ascending",
            ),
            (
                r#"{"digits":2,"sum":0,"buckets":[[1,1],[1,1]]}"#,
                "ascending",
            ),
            (r#"{"digits":2,"sum":0,"buckets":[[7424,1]]}"#, "beyond"),
        ] {
            let error = serde_json::from_str::<HistogramSnapshot>(text).unwrap_err();
            assert!(error.to_string().contains(refused), "{error} of {text}");
        }
        let text = r#"{"digits":2,"sum":7423,"buckets":[[3,0],[7423,1]]}"#;
        let read: HistogramSnapshot = serde_json::from_str(text).unwrap();
        assert_eq!((read.count(), read.max()), (1, Some(u64::MAX)));
    }
}
