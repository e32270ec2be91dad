//! One thread's share of a histogram.
#![expect(
    unsafe_code,
    reason = "groups of counts are published through atomic pointers"
)]

use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;

use super::layout::{Layout, narrowed};
use crate::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use crate::thread::{Count, Writer, allocate, allocating, drop_one};

const LAYOUT: Layout = Layout::TWO_DIGITS;
const GROUPS: usize = LAYOUT.groups();
const OCTAVE_LEN: usize = LAYOUT.octave_len();

/// Counts in the layout of two digits, in groups of 1 KiB (2 KiB for values below 256) that are
/// allocated on first touch: latencies between 1.1 and 31 ms take five of them. 472 bytes when
/// empty. Memory never grows with the number of samples.
#[derive(Debug)]
// In this order, so that `last` lies next to what precedes the shard: see `SpanShard`.
#[repr(C)]
pub(crate) struct Shard {
    /// The group of the last value recorded by [`Shard::record_similar`], or [`NO_GROUP`]. That
    /// group is in `groups`.
    last: AtomicU32,
    /// A bit for each group that may be in `groups`: readers look at no others.
    touched: AtomicU64,
    /// The memory of each group, by its number: see [`Group`].
    groups: [AtomicPtr<Count>; GROUPS],
}

/// As a shift it leaves one bit, which lies in no octave.
const NO_GROUP: u32 = u64::BITS - 1;

impl Shard {
    /// Counts `n` samples of `value`.
    #[inline]
    pub(crate) fn record(&self, value: u64, n: u64, writer: Writer) {
        let number = LAYOUT.shift(value);
        match self.group(number, writer) {
            // SAFETY: the group is that of the value.
            Some(group) => unsafe { group.add(value >> number, value, n, writer) },
            None => self.record_first(value, n, writer),
        }
    }

    /// As [`Shard::record`], for values that mostly lie in the octave of the one before, as the
    /// durations of one function do: up to 3 ns faster where they do, by processor, and some 2 ns
    /// slower where they do not.
    ///
    /// The processor fetches the counts of the last value's group before it has the value, and
    /// checks meanwhile that the value lies in it. After a reading of the clock it would only wait.
    #[inline]
    pub(crate) fn record_similar(&self, value: u64, n: u64, writer: Writer) {
        if writer == Writer::Shared || !self.record_if_similar(value, n) {
            self.record_dissimilar(value, n, writer);
        }
    }

    /// Counts `n` samples of `value` if it lies in the octave of the one before, and returns
    /// whether it does. Only for the owner of the shard.
    #[inline]
    pub(crate) fn record_if_similar(&self, value: u64, n: u64) -> bool {
        // Relaxed: only the owner of the shard stores here or uses it.
        let last = self.last.load(Ordering::Relaxed);
        let shifted = value.wrapping_shr(last);
        let is_of_last = is_of_octave(shifted) || (last == 0 && is_below_octave(shifted));
        if is_of_last {
            // SAFETY:
            // - `last` is a group in `groups`, since `NO_GROUP` leaves a `shifted` of one bit,
            //   which is of no octave;
            // - the group is that of the value, by the check.
            unsafe { self.known_group(last).add(shifted, value, n, Writer::Sole) };
        }
        is_of_last
    }

    /// Does what [`Shard::record_similar`] does, for values of another octave than the one before.
    // Out of line: inlined, it has a measured function save registers that it does not use.
    #[inline(never)]
    fn record_dissimilar(&self, value: u64, n: u64, writer: Writer) {
        self.record(value, n, writer);
        let number = LAYOUT.shift(value);
        // An allocator that allocates for this crate may have found no group to record in.
        if writer == Writer::Sole && self.group(number, writer).is_some() {
            // Relaxed: as in `record_similar`.
            self.last.store(number, Ordering::Relaxed);
        }
    }

    #[inline]
    fn group(&self, number: u32, writer: Writer) -> Option<Group<'_>> {
        let order = match writer {
            // The pointer was stored by this thread, or by the slot's last owner, with whom `Pool`
            // synchronised.
            Writer::Sole => Ordering::Relaxed,
            // Acquire; pairs with Release in `first_touch`.
            Writer::Shared => Ordering::Acquire,
        };
        Group::at(self.groups[number as usize].load(order))
    }

    /// The group of a number that was stored in `last`.
    ///
    /// # Safety
    ///
    /// `number` is that of a group that this thread, or the last owner of its slot, has used.
    #[inline]
    unsafe fn known_group(&self, number: u32) -> Group<'_> {
        debug_assert!((number as usize) < GROUPS, "a group");
        // SAFETY: by the contract, it is below `GROUPS`, and its pointer is not null.
        unsafe {
            let place = self.groups.get_unchecked(number as usize);
            Group::at(place.load(Ordering::Relaxed)).unwrap_unchecked()
        }
    }

    /// Does what [`Shard::record`] does, for the first value of a group. Out of line, since it
    /// would crowd every caller.
    #[cold]
    #[inline(never)]
    fn record_first(&self, value: u64, n: u64, writer: Writer) {
        if writer == Writer::Shared && allocating() {
            return drop_one();
        }
        let number = LAYOUT.shift(value);
        // Relaxed, and before the group is published: a reader after a record in the group also
        // finds the bit, whichever of the threads that share the shard made the record.
        self.touched.fetch_or(1 << number, Ordering::Relaxed);
        first_touch(&self.groups[number as usize], number as usize);
        // Acquire in place of Relaxed: it is the pointer that was just published.
        if let Some(group) = self.group(number, Writer::Shared) {
            // SAFETY: the group is that of the value.
            unsafe { group.add(value >> number, value, n, writer) };
        }
    }

    /// Removes all samples. Keeps its memory and allocates none. Only where no other thread
    /// records: in a process that has just been forked.
    pub(crate) fn reset_after_fork(&self) {
        // Relaxed: no other thread records.
        self.last.store(NO_GROUP, Ordering::Relaxed);
        for (counts, sum) in numbers_in(self.touched()).filter_map(|number| self.group_of(number)) {
            sum.restart(0);
            counts.iter().for_each(|count| count.restart(0));
        }
    }

    /// A bit for each group that may have samples.
    pub(super) fn touched(&self) -> u64 {
        // Relaxed: it says where to look; `group_of` synchronises.
        self.touched.load(Ordering::Relaxed)
    }

    /// The counts of a group's buckets, and the sum of the values in them modulo 2⁶⁴; none before
    /// the group's first value.
    pub(super) fn group_of(&self, number: usize) -> Option<(&[Count], &Count)> {
        // Acquire; pairs with Release in `first_touch`: the counts are read as initialised.
        let group = Group::at(self.groups[number].load(Ordering::Acquire))?;
        Some((group.counts(number), group.sum()))
    }
}

/// The numbers of the groups that have a bit in `touched`, in ascending order.
pub(super) fn numbers_in(touched: u64) -> impl Iterator<Item = usize> {
    const { assert!(GROUPS <= 64, "a bit for each group") };
    (0..GROUPS).filter(move |number| touched >> number & 1 == 1)
}

/// Returns whether a shifted value is one of an octave.
#[inline]
const fn is_of_octave(shifted: u64) -> bool {
    shifted.wrapping_sub(OCTAVE_LEN as u64) < OCTAVE_LEN as u64
}

/// Returns whether a shifted value is one that only the first group has.
#[inline]
const fn is_below_octave(shifted: u64) -> bool {
    shifted < OCTAVE_LEN as u64
}

/// The counts of the buckets of one shift, and behind them in memory the sum of the values in them
/// modulo 2⁶⁴: a sum for all groups would have each record wait for the one before.
///
/// The last count lies before the sum, so that the count of a shifted value, up to twice the length
/// of an octave, is as far from the sum in each group, although only the first has values below the
/// length of an octave.
#[derive(Clone, Copy)]
struct Group<'a> {
    sum: NonNull<Count>,
    lives: PhantomData<&'a [Count]>,
}

impl<'a> Group<'a> {
    /// The group at a pointer of [`Shard::groups`], which lives as long as the shard.
    #[inline]
    fn at(sum: *mut Count) -> Option<Self> {
        let lives = PhantomData;
        NonNull::new(sum).map(|sum| Self { sum, lives })
    }

    /// Adds `n` samples of `value`.
    ///
    /// # Safety
    ///
    /// `shifted` is below twice the length of an octave, and not below the length of an octave
    /// except in the first group.
    #[inline]
    unsafe fn add(self, shifted: u64, value: u64, n: u64, writer: Writer) {
        debug_assert!(shifted < 2 * OCTAVE_LEN as u64, "a value of the group");
        // SAFETY:
        // - by the contract, so many counts lie before the sum (`first_touch`), in one allocation;
        // - it is freed only in `drop` of the shard, and only shared references to it are made.
        let count = unsafe { self.sum.sub(2 * OCTAVE_LEN - narrowed(shifted)).as_ref() };
        count.add(n, writer);
        self.sum().add_modulo(value.wrapping_mul(n), writer);
    }

    #[inline]
    fn sum(self) -> &'a Count {
        // SAFETY: a live `Count`, as `first_touch` makes it, to which only shared references exist.
        unsafe { self.sum.as_ref() }
    }

    /// The counts of the group, which has this number.
    #[inline]
    fn counts(self, number: usize) -> &'a [Count] {
        let len = len_of(number);
        // SAFETY:
        // - so many counts lie before the sum (`first_touch`), initialised, in one allocation;
        // - it is freed only in `drop` of the shard, and only shared references to it are made.
        unsafe { slice::from_raw_parts(self.sum.sub(len).as_ptr(), len) }
    }
}

/// The number of buckets in a group.
const fn len_of(number: usize) -> usize {
    let buckets = LAYOUT.buckets_of(number);
    buckets.end - buckets.start
}

/// Allocates a group and publishes it, unless another thread was faster.
fn first_touch(place: &AtomicPtr<Count>, number: usize) {
    let made = allocate(|| {
        let counts = std::iter::repeat_with(Count::default).take(len_of(number) + 1);
        Box::into_raw(counts.collect::<Box<[Count]>>())
    });
    // SAFETY: the last of its counts.
    let sum = unsafe { made.cast::<Count>().add(len_of(number)) };
    // Release; pairs with Acquire in `group` and `group_of`. Relaxed on failure: the caller loads
    // it.
    let published =
        place.compare_exchange(ptr::null_mut(), sum, Ordering::Release, Ordering::Relaxed);
    if published.is_err() {
        // SAFETY: `made` came from `Box::into_raw` above and was not published.
        drop(unsafe { Box::from_raw(made) });
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            last: AtomicU32::new(NO_GROUP),
            touched: AtomicU64::new(0),
            groups: std::array::from_fn(|_| AtomicPtr::default()),
        }
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        for (number, place) in self.groups.iter().enumerate() {
            let sum = place.load(Ordering::Relaxed);
            if !sum.is_null() {
                let len = len_of(number);
                // SAFETY:
                // - what `first_touch` published: the end of a boxed slice of `len + 1` counts;
                // - freed once; `&mut self` is exclusive.
                drop(unsafe {
                    Box::from_raw(ptr::slice_from_raw_parts_mut(sum.sub(len), len + 1))
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::histogram::{HistogramSnapshot, sum_of};

    fn snapshot(shard: &Shard) -> HistogramSnapshot {
        sum_of([shard].into_iter())
    }

    #[test]
    fn every_bucket_has_a_count_of_its_own() {
        let shard = Shard::default();
        for bucket in 0..LAYOUT.buckets() {
            shard.record(LAYOUT.lowest(bucket), 1, Writer::Sole);
            shard.record_similar(LAYOUT.highest(bucket), 2, Writer::Sole);
        }
        let expected = (0..LAYOUT.buckets()).map(|b| (LAYOUT.lowest(b), LAYOUT.highest(b), 3));
        assert!(snapshot(&shard).buckets().eq(expected));
    }

    proptest! {
        /// Values that stay in an octave for a while, by the owner of the shard and by others.
        #[test]
        fn values_are_recorded_alike_whether_they_are_similar_or_not(
            values in prop::collection::vec((any::<u64>(), 0_u32..64, 1_u64..4, any::<bool>()), 1..60),
        ) {
            let (one, other) = (Shard::default(), Shard::default());
            for (value, by, times, is_shared) in values {
                let writer = if is_shared { Writer::Shared } else { Writer::Sole };
                for value in (0..times).map(|i| (value >> by).saturating_add(i)) {
                    one.record_similar(value, times, writer);
                    other.record(value, times, Writer::Sole);
                }
            }
            prop_assert_eq!(snapshot(&one), snapshot(&other));
        }
    }
}
