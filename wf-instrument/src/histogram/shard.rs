//! One thread's share of a histogram.
#![expect(
    unsafe_code,
    reason = "groups of counts are published through atomic pointers"
)]

use std::ptr;

use super::layout::Layout;
use super::snapshot::{Bucket, HistogramSnapshot, bucket_number};
use super::wide::unwrapped;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::thread::{Count, Writer, allocate, allocating, drop_one, shown};

const LAYOUT: Layout = Layout::TWO_DIGITS;
const GROUPS: usize = LAYOUT.groups();
const GROUP_LEN: usize = LAYOUT.group_len();

/// The buckets of an octave, and the sum of the values in them modulo 2⁶⁴: a sum for all octaves
/// would have each record wait for the one before.
#[derive(Debug)]
struct Group {
    sum: Count,
    counts: [Count; GROUP_LEN],
}

/// Counts in the layout of two digits, in groups of 1 KiB that are allocated on first touch:
/// latencies between 1 and 30 ms take five of them. 472 bytes when empty. Memory never grows with
/// the number of samples.
#[derive(Debug)]
pub(crate) struct Shard {
    /// The group of the last value recorded by [`Shard::record_similar`].
    last: AtomicUsize,
    groups: [AtomicPtr<Group>; GROUPS],
}

impl Shard {
    /// Counts `n` samples of `value`.
    #[inline]
    pub(crate) fn record(&self, value: u64, n: u64, writer: Writer) {
        self.record_at(LAYOUT.place(value), value, n, writer);
    }

    /// As [`Shard::record`], for values that mostly lie in the octave of the one before, as the
    /// durations of one function do: 2 to 3 ns faster where they do, as much slower where they do
    /// not.
    #[inline]
    pub(crate) fn record_similar(&self, value: u64, n: u64, writer: Writer) {
        self.record_at(self.guess(value), value, n, writer);
    }

    /// [`Layout::place`], predicted: the processor fetches the counts of the last value's group
    /// before it has the value, and checks meanwhile that the value lies in it. After a reading of
    /// the clock it would only wait.
    #[inline]
    fn guess(&self, value: u64) -> (usize, usize) {
        // Relaxed: a guess that is out of date, or another thread's, is checked like any other.
        let group = self.last.load(Ordering::Relaxed);
        if let Some(within) = LAYOUT.place_within(group, value) {
            return (group, within);
        }
        let (group, within) = LAYOUT.place(value);
        self.last.store(group, Ordering::Relaxed);
        (group, within)
    }

    #[inline]
    fn record_at(&self, (group, within): (usize, usize), value: u64, n: u64, writer: Writer) {
        let Some(group) = self.group(group, writer) else {
            return drop_one();
        };
        group.counts[within].add(n, writer);
        group.sum.add_modulo(value.wrapping_mul(n), writer);
    }

    #[inline]
    fn group(&self, number: usize, writer: Writer) -> Option<&Group> {
        let place = &self.groups[number];
        let order = match writer {
            // The pointer was stored by this thread, or by the slot's last owner, with whom `Pool`
            // synchronised.
            Writer::Sole => Ordering::Relaxed,
            // Acquire; pairs with Release in `first_touch`.
            Writer::Shared => Ordering::Acquire,
        };
        let mut group = place.load(order);
        if group.is_null() {
            if writer == Writer::Shared && allocating() {
                return None;
            }
            group = first_touch(place);
        }
        // SAFETY:
        // - not null: `first_touch` returns what was published, and pointers are never reset;
        // - points to a live `Group` from `Box::into_raw`, freed only in `drop`;
        // - only shared references are made, and `Count` is `Sync`.
        Some(unsafe { &*group })
    }

    /// Removes all samples. Keeps its memory and allocates none. Only where no other thread
    /// records: in a process that has just been forked.
    pub(crate) fn reset_after_fork(&self) {
        for place in &self.groups {
            // SAFETY: null is taken as None; anything else is a live `Group`, as in `group`.
            if let Some(group) = unsafe { place.load(Ordering::Relaxed).as_ref() } {
                group.sum.restart(0);
                group.counts.iter().for_each(|count| count.restart(0));
            }
        }
    }

    /// Adds what this shard holds to `total`.
    pub(crate) fn add_to(&self, total: &mut Sum) {
        let mut ahead = self.live().skip(AHEAD);
        self.live().take(AHEAD).for_each(|(_, group)| group.fetch());
        for (number, group) in self.live() {
            if let Some((_, coming)) = ahead.next() {
                coming.fetch();
            }
            total.add(number, group);
        }
    }

    /// The groups that were touched.
    fn live(&self) -> impl Iterator<Item = (usize, &Group)> {
        self.groups
            .iter()
            .enumerate()
            .filter_map(|(number, place)| {
                // Acquire; pairs with Release in `first_touch`: the counts are read as initialised.
                let group = place.load(Ordering::Acquire);
                // SAFETY: null is taken as None; anything else is a live `Group`, as in `group`.
                Some((number, unsafe { group.as_ref() }?))
            })
    }
}

impl Group {
    /// Prefetches it. Readers spend much of their time waiting for memory that other threads have
    /// written.
    #[inline]
    fn fetch(&self) {
        #[cfg(target_arch = "x86_64")]
        for line in self.counts.chunks(CACHE_LINE / size_of::<Count>()) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: a hint that reads nothing, whatever the address; SSE is part of x86-64.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(ptr::from_ref(line).cast()) };
        }
    }
}

/// Groups that are prefetched while one is read: 48 cache lines, about as many as a processor keeps
/// in flight.
const AHEAD: usize = 3;

#[cfg(target_arch = "x86_64")]
const CACHE_LINE: usize = 64;

#[cold]
fn first_touch(place: &AtomicPtr<Group>) -> *mut Group {
    let made = allocate(|| {
        Box::new(Group {
            sum: Count::default(),
            counts: std::array::from_fn(|_| Count::default()),
        })
    });
    let made = Box::into_raw(made);
    // Release; pairs with Acquire in `group` and `add_to`. Acquire on failure: we use what the
    // other thread made.
    match place.compare_exchange(ptr::null_mut(), made, Ordering::Release, Ordering::Acquire) {
        Ok(_) => made,
        Err(theirs) => {
            // SAFETY: `made` came from `Box::into_raw` above and was not published.
            drop(unsafe { Box::from_raw(made) });
            theirs
        }
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            last: AtomicUsize::new(0),
            groups: std::array::from_fn(|_| AtomicPtr::default()),
        }
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        for place in &self.groups {
            let group = place.load(Ordering::Relaxed);
            if !group.is_null() {
                // SAFETY: from `Box::into_raw` in `first_touch`, freed once; `&mut self` is
                // exclusive.
                drop(unsafe { Box::from_raw(group) });
            }
        }
    }
}

/// The sum of shards while they are being read: dense, so that adding a shard is one pass.
///
/// Each bucket is read once and the count is the sum of what was read, so the result never
/// contradicts itself. It may miss samples that are being recorded meanwhile, and its sum of values
/// may be ahead of or behind its counts by those.
pub(crate) struct Sum {
    counts: Vec<[u64; GROUP_LEN]>,
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
            counts: vec![[0; GROUP_LEN]; GROUPS],
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
        let filled = |group: usize| self.counts[group].iter().filter(|n| **n > 0).count();
        let mut buckets = Vec::with_capacity(groups().map(filled).sum());
        for group in groups() {
            for (within, n) in self.counts[group].iter_mut().enumerate() {
                if *n > 0 {
                    buckets.push(Bucket {
                        number: bucket_number(group * GROUP_LEN + within),
                        samples: shown(std::mem::take(n)),
                    });
                }
            }
        }
        HistogramSnapshot::from_buckets(LAYOUT, buckets, std::mem::take(&mut self.sum))
    }

    fn add(&mut self, number: usize, group: &Group) {
        let kept = group.sum.get_modulo();
        // Read first: from there on the processor adds several at a time.
        let counts: [u64; GROUP_LEN] = std::array::from_fn(|i| group.counts[i].get_modulo());
        let any = counts.iter().fold(0, |any, count| any | count);
        self.touched |= 1 << number;
        self.any |= any;
        let sums = self.counts[number].iter_mut().zip(counts);
        match self.any < PLENTY {
            true => sums.for_each(|(sum, n)| *sum += n),
            false => sums.for_each(|(sum, n)| *sum = sum.saturating_add(n)),
        }
        let sum = unwrapped(LAYOUT, number, kept, any, &counts);
        self.sum = self.sum.saturating_add(sum);
    }
}

/// Counts below this in each shard do not overflow a `u64`: there are some hundred shards.
const PLENTY: u64 = 1 << 55;
