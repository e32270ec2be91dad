//! Sums that are kept modulo 2⁶⁴, read in full.

use std::ops::Range;

use super::layout::Layout;

/// Returns whether a sum of values up to `highest` in `len` buckets, a power of two, is below 2⁶⁴.
/// `any` has every bit that is set in one of their counts.
pub(super) fn is_whole(highest: u64, any: u64, len: usize) -> bool {
    bits(highest) + bits(any) + len.trailing_zeros() <= u64::BITS
}

/// The sum of the samples in `buckets`, of which `kept` is the remainder modulo 2⁶⁴. `counts` are
/// those of the buckets.
///
/// The counts give the sum to half of a bucket's width, 1/256 of it at two digits. So up to 2⁷¹
/// there is one sum near that which has this remainder, and it is exact; past that, the result is
/// off by at most 1/256 and 2⁶³.
pub(super) fn unwrapped(layout: Layout, buckets: Range<usize>, kept: u64, counts: &[u64]) -> u128 {
    let middles = buckets.zip(counts).map(|(bucket, &count)| {
        let (low, high) = (layout.lowest(bucket), layout.highest(bucket));
        u128::from(low + (high - low) / 2) * u128::from(count)
    });
    nearest(kept, middles.fold(0, u128::saturating_add))
}

/// The number nearest to `about` that has the remainder `kept` modulo 2⁶⁴.
fn nearest(kept: u64, about: u128) -> u128 {
    let above = kept.wrapping_sub(remainder(about));
    let below = above.wrapping_neg();
    match above <= below || about < below.into() {
        true => about.saturating_add(above.into()),
        false => about - u128::from(below),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the remainder is what is wanted"
)]
const fn remainder(number: u128) -> u64 {
    number as u64
}

const fn bits(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::histogram::Recorder;

    #[test]
    fn a_sample_at_the_end_of_u64_is_summed() {
        let recorder = Recorder::new();
        for times in 1..=128 {
            recorder.record(u64::MAX);
            let snapshot = recorder.snapshot();
            assert_eq!(snapshot.wide_sum(), u128::from(u64::MAX) * times);
            assert_eq!(
                (snapshot.sum(), snapshot.mean()),
                (u64::MAX, Some(2_f64.powi(64)))
            );
        }
    }

    proptest! {
        #[test]
        fn sums_are_exact_far_past_the_end_of_u64(
            samples in prop::collection::vec((any::<u64>(), 0_u32..64, 1_u64..9), 1..20),
        ) {
            let recorder = Recorder::new();
            let samples = samples.iter().map(|&(value, shift, n)| (value >> shift, n));
            samples.clone().for_each(|(value, n)| recorder.record_n(value, n));
            let sum: u128 = samples.map(|(value, n)| u128::from(value) * u128::from(n)).sum();
            prop_assert_eq!(recorder.snapshot().wide_sum(), sum);
        }

        #[test]
        fn a_sum_that_overflows_is_as_exact_as_its_buckets(
            samples in prop::collection::vec((any::<u64>(), 0_u32..64, 1_u64..1 << 60), 1..20),
        ) {
            let recorder = Recorder::new();
            let samples = samples.iter().map(|&(value, shift, n)| (value >> shift, n));
            samples.clone().for_each(|(value, n)| recorder.record_n(value, n));
            let sum: u128 = samples.map(|(value, n)| u128::from(value) * u128::from(n)).sum();
            let found = recorder.snapshot().wide_sum();
            prop_assert!(found.abs_diff(sum) <= sum / 128, "{found} for {sum}");
        }

        #[test]
        fn the_nearest_number_of_a_remainder_has_it_and_is_within_half_of_the_modulus(
            kept: u64, about in 0..u128::MAX >> 1,
        ) {
            let found = nearest(kept, about);
            prop_assert_eq!(remainder(found), kept);
            let half = 1_u128 << 63;
            prop_assert!(found.abs_diff(about) <= half || about < half);
        }
    }
}
