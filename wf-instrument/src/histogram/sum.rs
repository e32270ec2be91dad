//! The sum of the shards of a histogram.

use super::layout::Layout;
use super::snapshot::{Bucket, HistogramSnapshot, bucket_number};
use super::wide::unwrapped;
use crate::thread::{Count, shown};

const LAYOUT: Layout = Layout::TWO_DIGITS;
const GROUPS: usize = LAYOUT.groups();
const OCTAVE_LEN: usize = LAYOUT.octave_len();

/// The sum of shards while they are being read: dense, so that adding a shard is one pass.
///
/// Each bucket is read once and the count is the sum of what was read, so the result never
/// contradicts itself. It may miss samples that are being recorded meanwhile, and its sum of values
/// may be ahead of or behind its counts by those.
pub(crate) struct Sum {
    /// By the numbers of the buckets.
    counts: Vec<u64>,
    /// A bit for each group that anything was added to.
    touched: u64,
    /// The bits that are set in any of the counts.
    any: u64,
    sum: u128,
}

impl Sum {
    pub(crate) fn new() -> Self {
        const { assert!(GROUPS <= 64, "a bit for each group") };
        Self {
            counts: vec![0; LAYOUT.buckets()],
            touched: 0,
            any: 0,
            sum: 0,
        }
    }

    /// Returns what was added so far, and empties the sum for the next histogram.
    pub(crate) fn take(&mut self) -> HistogramSnapshot {
        let touched = std::mem::take(&mut self.touched);
        self.any = 0;
        let groups = || (0..GROUPS).filter(|group| touched >> group & 1 == 1);
        let counts = |group| &self.counts[LAYOUT.buckets_of(group)];
        let filled = |group| counts(group).iter().filter(|n| **n > 0).count();
        let mut buckets = Vec::with_capacity(groups().map(filled).sum());
        for number in groups().flat_map(|group| LAYOUT.buckets_of(group)) {
            let n = &mut self.counts[number];
            if *n > 0 {
                buckets.push(Bucket {
                    number: bucket_number(number),
                    samples: shown(std::mem::take(n)),
                });
            }
        }
        HistogramSnapshot::from_buckets(LAYOUT, buckets, std::mem::take(&mut self.sum))
    }

    /// Adds a group of a shard: the counts of its buckets, and the sum of the values in them.
    pub(super) fn add(&mut self, number: usize, counts: &[Count], sum: &Count) {
        self.touched |= 1 << number;
        match number {
            0 => self.add_counts::<{ 2 * OCTAVE_LEN }>(number, counts, sum),
            _ => self.add_counts::<OCTAVE_LEN>(number, counts, sum),
        }
    }

    /// Adds the counts of a group, which are `LEN`: a number that the compiler knows.
    fn add_counts<const LEN: usize>(&mut self, number: usize, counts: &[Count], sum: &Count) {
        let kept = sum.get_modulo();
        // Read first: from there on the processor adds several at a time.
        let counts: [u64; LEN] = std::array::from_fn(|i| counts[i].get_modulo());
        let any = counts.iter().fold(0, |any, count| any | count);
        self.any |= any;
        let buckets = LAYOUT.buckets_of(number);
        let sums = self.counts[buckets.clone()].iter_mut().zip(counts);
        match self.any < PLENTY {
            true => sums.for_each(|(sum, n)| *sum += n),
            false => sums.for_each(|(sum, n)| *sum = sum.saturating_add(n)),
        }
        let sum = unwrapped(LAYOUT, buckets, kept, any, &counts);
        self.sum = self.sum.saturating_add(sum);
    }
}

/// Counts below this in each shard do not overflow a `u64`: there are some hundred shards.
const PLENTY: u64 = 1 << 55;
