//! A count of things that any thread adds to.

use crate::thread::{Count, Sharded};

/// A count that only grows, sharded by thread: below 1 ns an addition, no lock, 128 bytes a thread that has counted.
///
/// ```
/// use wf_instrument::Counter;
///
/// static HITS: Counter = Counter::new();
///
/// HITS.add(2);
/// HITS.add(1);
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

    /// Counts `n` more, modulo 2⁶⁴.
    #[inline]
    pub fn add(&self, n: u64) {
        self.shards.with(move |count, writer| count.add(n, writer));
    }

    /// Nothing counted. Only in a process that has just been forked.
    pub(crate) fn forget(&self) {
        self.shards.shards().for_each(|count| count.restart(0));
    }

    /// All that was counted, by any thread, modulo 2⁶⁴.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.shards
            .shards()
            .map(Count::get)
            .fold(0, u64::wrapping_add)
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_end_of_u64_a_count_goes_on_from_zero_and_its_differences_stay_right() {
        let counter = Counter::new();
        counter.add(u64::MAX - 1);
        let before = counter.total();
        std::thread::scope(|scope| {
            scope.spawn(|| counter.add(3));
        });
        assert_eq!(counter.total(), 1);
        assert_eq!(counter.total().wrapping_sub(before), 3);
    }
}
