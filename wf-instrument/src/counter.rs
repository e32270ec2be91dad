//! A count of things that any thread adds to.

use crate::thread::{Count, Sharded};

/// A count that only grows, sharded by thread.
///
/// 0.5 to 2 ns an addition by processor (bench `counter`), no lock, 128 bytes for each thread that
/// has counted. It ends at `u64::MAX` and does not wrap: from 2⁶⁴ − 2⁴⁸ on it is read as
/// `u64::MAX`. Stays at zero in a build that does not measure.
///
/// ```
/// use wf_instrument::Counter;
///
/// static HITS: Counter = Counter::new();
///
/// HITS.add(2);
/// HITS.add(1);
/// # #[cfg(feature = "enabled")]
/// assert_eq!(HITS.total(), 3);
/// ```
#[derive(Debug)]
pub struct Counter {
    shards: Sharded<Count>,
}

impl Counter {
    /// Nothing counted.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            shards: Sharded::new(),
        }
    }

    /// Counts `n` more.
    #[inline]
    pub fn add(&self, n: u64) {
        self.shards.with(move |count, writer| count.add(n, writer));
    }

    /// All that was counted, by any thread; `u64::MAX` where it is more than that.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.shards
            .shards()
            .map(Count::get)
            .fold(0, u64::saturating_add)
    }
}

#[cfg(feature = "enabled")]
impl Counter {
    /// Returns whether any thread has counted.
    pub(crate) fn is_touched(&self) -> bool {
        self.shards.is_touched()
    }

    /// Nothing counted. Only in a process that has just been forked.
    pub(crate) fn reset_after_fork(&self) {
        self.shards.shards().for_each(|count| count.restart(0));
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(all(test, feature = "enabled"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_count_that_is_full_stays_full() {
        let counter = Counter::new();
        for n in [u64::MAX, 1, u64::MAX, 1 << 23] {
            counter.add(n);
            assert_eq!(counter.total(), u64::MAX);
        }
        let across = Counter::new();
        across.add(u64::MAX / 2);
        std::thread::scope(|scope| {
            scope.spawn(|| across.add(u64::MAX / 2 + 2));
        });
        assert_eq!(across.total(), u64::MAX);
    }

    proptest! {
        /// By the owners of two shards, and by those who share one.
        #[test]
        fn a_count_is_the_sum_of_what_was_added_up_to_its_end(
            added in prop::collection::vec((prop_oneof![any::<u64>(), 0..1_u64 << 26, 0..9_u64], 0..3_usize), 0..20),
        ) {
            let counter = Counter::new();
            for &(n, slot) in &added {
                let slot = if slot == 2 { usize::MAX } else { slot };
                counter.shards.with_slot(slot, |count, writer| count.add(n, writer));
            }
            let sum = added.iter().fold(0, |sum, &(n, _)| u64::saturating_add(sum, n));
            let full = u64::MAX - (1 << 48);
            prop_assert_eq!(counter.total(), if sum > full { u64::MAX } else { sum });
        }
    }
}
