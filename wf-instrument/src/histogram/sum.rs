//! The sum of the shards of a histogram.

use super::layout::Layout;
use super::shard::{Shard, numbers_in};
use super::snapshot::{Bucket, HistogramSnapshot, bucket_number};
use super::wide::{is_whole, unwrapped};
use crate::thread::Count;

const LAYOUT: Layout = Layout::TWO_DIGITS;
const OCTAVE_LEN: usize = LAYOUT.octave_len();

/// Everything recorded in any of `shards`. Stops no writer.
///
/// The count is the sum of what was read of the buckets, so the result never contradicts itself. It
/// may miss samples that are being recorded meanwhile, and its sum of values may be ahead of or
/// behind its counts by those.
pub(crate) fn sum_of<'a>(shards: impl Iterator<Item = &'a Shard>) -> HistogramSnapshot {
    let groups = groups_of(&shards.collect::<Vec<_>>());
    let same = || groups.chunk_by(|one, next| one.number == next.number);
    let mut sum = Sum {
        buckets: Vec::with_capacity(same().map(|groups| groups[0].counts.len()).sum()),
        count: 0,
        values: 0,
    };
    for groups in same() {
        match groups[0].number {
            0 => sum.add::<{ 2 * OCTAVE_LEN }>(groups),
            _ => sum.add::<OCTAVE_LEN>(groups),
        }
    }
    sum.buckets.shrink_to_fit();
    HistogramSnapshot::from_parts(LAYOUT, sum.buckets, sum.count, sum.values)
}

/// A group of one of the shards: the counts of its buckets, and the sum of the values in them
/// modulo 2⁶⁴.
struct Group<'a> {
    number: usize,
    counts: &'a [Count],
    values: &'a Count,
}

/// The groups that were touched, those of one number next to each other, in ascending order.
fn groups_of<'a>(shards: &[&'a Shard]) -> Vec<Group<'a>> {
    let touched = { shards.iter() }.fold(0, |touched, shard| touched | shard.touched());
    let mut groups = Vec::new();
    for number in numbers_in(touched) {
        groups.extend(shards.iter().filter_map(|shard| {
            let (counts, values) = shard.group_of(number)?;
            Some(Group {
                number,
                counts,
                values,
            })
        }));
    }
    groups
}

/// The sum of the groups that were read so far.
struct Sum {
    buckets: Vec<Bucket>,
    count: u64,
    values: u128,
}

impl Sum {
    /// Adds the groups of one number, each of `LEN` counts: a number that the compiler knows.
    fn add<const LEN: usize>(&mut self, groups: &[Group<'_>]) {
        let buckets = LAYOUT.buckets_of(groups[0].number);
        let highest = LAYOUT.highest(buckets.end - 1);
        // Before the counts, which a writer adds to first: values that are not counted yet could
        // take a sum past 2⁶⁴ without a trace.
        let values = { groups.iter() }.map(|group| u128::from(group.values.get_modulo()));
        let values: u128 = values.sum();
        let mut counts = [0; LEN];
        let any = add_counts(groups, &mut counts);
        if is_whole(highest, any, LEN) {
            // Nor did a total pass the end of `u64`: each count is below 2⁴⁸, and there are some
            // hundred shards.
            self.count = self.count.saturating_add(counts.iter().sum());
            self.values = self.values.saturating_add(values);
        } else {
            counts = [0; LEN];
            for group in groups {
                self.add_large(group, &mut counts);
            }
            self.count = counts.iter().copied().fold(self.count, u64::saturating_add);
        }
        self.push(buckets.start, &counts);
    }

    /// Adds a group whose counts, or the sum of whose values, may be past the end of `u64`.
    #[cold]
    fn add_large<const LEN: usize>(&mut self, group: &Group<'_>, total: &mut [u64; LEN]) {
        let kept = group.values.get_modulo();
        let counts: [u64; LEN] = std::array::from_fn(|i| group.counts[i].get());
        for (total, count) in total.iter_mut().zip(counts) {
            *total = total.saturating_add(count);
        }
        let values = unwrapped(LAYOUT, LAYOUT.buckets_of(group.number), kept, &counts);
        self.values = self.values.saturating_add(values);
    }

    /// Appends the buckets that hold samples, of which the first has the number `first`.
    fn push<const LEN: usize>(&mut self, first: usize, counts: &[u64; LEN]) {
        let mut held = [Bucket::EMPTY; LEN];
        let mut len = 0;
        for (i, &samples) in counts.iter().enumerate() {
            // No branch: which of the buckets hold samples is beyond prediction.
            let number = bucket_number(first + i);
            held[len % LEN] = Bucket { number, samples };
            len += usize::from(samples > 0);
        }
        self.buckets.extend_from_slice(&held[..len]);
    }
}

/// Adds the counts of all groups to `total`, past the end of `u64` from zero on, and returns the
/// bits that are set in any of them.
fn add_counts<const LEN: usize>(groups: &[Group<'_>], total: &mut [u64; LEN]) -> u64 {
    // The fewer times a total is loaded and stored, the better.
    let (eights, rest) = groups.as_chunks::<8>();
    let (pairs, rest) = rest.as_chunks::<2>();
    let eights = eights.iter().map(|groups| add_each(groups, total));
    let any = eights.fold(0, |any, more| any | more);
    let pairs = pairs.iter().map(|groups| add_each(groups, total));
    let any = pairs.fold(any, |any, more| any | more);
    let rest = rest
        .iter()
        .map(|group| add_each(std::array::from_ref(group), total));
    rest.fold(any, |any, more| any | more)
}

/// Does what [`add_counts`] does, for as many groups as the compiler knows.
fn add_each<const N: usize, const LEN: usize>(
    groups: &[Group<'_>; N],
    total: &mut [u64; LEN],
) -> u64 {
    let groups = groups.each_ref().map(|group| &group.counts[..LEN]);
    let mut any = 0;
    for (i, total) in total.iter_mut().enumerate() {
        for count in groups.map(|counts| counts[i].get_modulo()) {
            any |= count;
            *total = total.wrapping_add(count);
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::thread::Writer;

    #[test]
    fn counts_of_many_shards_add_up_to_the_end_of_u64_at_most() {
        let shards: Vec<_> = (0..11).map(|_| Shard::default()).collect();
        for shard in &shards {
            shard.record(1, 1 << 62, Writer::Sole);
            shard.record(2, 3, Writer::Sole);
        }
        let buckets: Vec<_> = sum_of(shards.iter()).buckets().collect();
        assert_eq!(buckets, [(1, 1, u64::MAX), (2, 2, 33)]);
    }

    proptest! {
        #[test]
        fn the_sum_of_shards_is_that_of_each_alone(
            samples in prop::collection::vec(
                (0_usize..21, any::<u64>(), 0_u32..64, any::<u64>(), 0_u32..64),
                0..60,
            ),
        ) {
            let shards: Vec<_> = (0..21).map(|_| Shard::default()).collect();
            for (shard, value, by, n, n_by) in samples {
                shards[shard].record(value >> by, n >> n_by, Writer::Sole);
            }
            let each = shards.iter().map(|shard| sum_of([shard].into_iter()));
            let sum = each.reduce(|sum, one| sum.plus(&one)).unwrap();
            prop_assert_eq!(sum_of(shards.iter()), sum);
        }
    }
}
