//! The calls of a measured function.

use crate::histogram::{Frozen, Shard, Sum};
use crate::outcome::Outcome;
use crate::thread::{Count, Sharded, Writer, drop_one};
use crate::units::Nanos;

/// Durations by outcome, and how many calls are running.
#[derive(Debug)]
pub(crate) struct SpanSeries {
    shards: Sharded<SpanShard>,
}

/// One thread's share.
#[derive(Debug, Default)]
pub(crate) struct SpanShard {
    started: Count,
    durations: [Shard; 4],
    /// Ended without a place for the duration.
    unrecorded: Count,
}

impl SpanShard {
    #[inline]
    pub(crate) fn start(&self, writer: Writer) {
        self.started.add(1, writer);
    }

    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, took: Nanos, writer: Writer) {
        if !self.durations[outcome.index()].try_record(took.get(), 1, writer) {
            drop_one();
            // Release; pairs with Acquire in `SpanSeries::read`.
            self.unrecorded.add_release(1, writer);
        }
    }
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
        self.shards.with(SpanShard::start);
    }

    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, took: Nanos) {
        self.shards
            .with(|shard, writer| shard.end(outcome, took, writer));
    }

    /// This thread's share, where it has one of its own.
    #[inline]
    pub(crate) fn sole(&self) -> Option<&SpanShard> {
        self.shards.sole()
    }

    /// Durations by outcome, and how many calls have started and not ended.
    ///
    /// A recorded duration is a call's end, so each call is either among the durations or in flight. Never below zero, though a future may
    /// end on another thread than it started on: every end is read before any start, and whoever reads an end also reads its start.
    pub(crate) fn read(&self, sum: &mut Sum) -> ([Frozen; 4], u64) {
        let durations = Outcome::ALL.map(|outcome| self.freeze(outcome, sum));
        // Acquire; pairs with Release in `end`, as do the counts of the durations in `Shard`.
        let unrecorded = self.sum(|shard| shard.unrecorded.acquire());
        let ends = durations.iter().map(Frozen::count);
        let ended = ends.fold(unrecorded, u64::wrapping_add);
        let started = self.sum(|shard| shard.started.get());
        (durations, started.wrapping_sub(ended))
    }

    fn freeze(&self, outcome: Outcome, sum: &mut Sum) -> Frozen {
        for shard in self.shards.shards() {
            shard.durations[outcome.index()].add_to(sum);
        }
        sum.freeze()
    }

    fn sum(&self, count: impl Fn(&SpanShard) -> u64) -> u64 {
        self.shards.shards().map(count).fold(0, u64::wrapping_add)
    }
}
