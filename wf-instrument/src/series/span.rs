//! The calls of a measured function.

use crate::histogram::{Frozen, Shard, Sum};
use crate::outcome::Outcome;
use crate::thread::{Count, Sharded};
use crate::units::Nanos;

/// Durations by outcome, and how many calls are running.
#[derive(Debug)]
pub(crate) struct SpanSeries {
    shards: Sharded<SpanShard>,
}

#[derive(Debug, Default)]
struct SpanShard {
    started: Count,
    ended: Count,
    durations: [Shard; 4],
}

impl SpanSeries {
    #[cfg(not(wf_loom))]
    pub(crate) const fn new() -> Self {
        Self {
            shards: Sharded::new(),
        }
    }

    #[cfg(wf_loom)]
    pub(crate) fn new() -> Self {
        Self {
            shards: Sharded::new(),
        }
    }

    #[inline]
    pub(crate) fn start(&self) {
        self.shards
            .with(|shard, writer| shard.started.add(1, writer));
    }

    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, took: Nanos) {
        self.shards.with(move |shard, writer| {
            shard.durations[outcome.index()].record(took.get(), 1, writer);
            // Release; pairs with Acquire in `in_flight`: whoever counts this end also counts its start.
            shard.ended.add_release(1, writer);
        });
    }

    /// Calls that have started and not ended: never below zero, though a future may end on another thread than it started on,
    /// since every end is read before any start.
    pub(crate) fn in_flight(&self) -> u64 {
        let ended = self.sum(|shard| shard.ended.acquire());
        self.sum(|shard| shard.started.get()).wrapping_sub(ended)
    }

    pub(crate) fn freeze(&self, outcome: Outcome, sum: &mut Sum) -> Frozen {
        for shard in self.shards.shards() {
            shard.durations[outcome.index()].add_to(sum);
        }
        sum.freeze()
    }

    fn sum(&self, count: impl Fn(&SpanShard) -> u64) -> u64 {
        self.shards.shards().map(count).fold(0, u64::wrapping_add)
    }
}
