//! The calls of a measured function.

use crate::clock::{self, Ticks};
use crate::histogram::{HistogramSnapshot, Shard, sum_of};
use crate::outcome::Outcome;
use crate::sync::constructor;
use crate::thread::{Count, Sharded, Writer};
use crate::units::Nanos;

/// Durations by outcome, and the number of running calls.
#[derive(Debug)]
pub(crate) struct SpanSeries {
    shards: Sharded<SpanShard>,
}

/// One thread's share.
#[derive(Debug, Default)]
// In this order, so that a call that is ok finds both counts and the last octave on one cache line:
// 3 of 27 ns less with 100 functions that take turns (bench `sites`).
#[repr(C)]
pub(crate) struct SpanShard {
    started: Count,
    ended: Count,
    durations: [Shard; 4],
}

impl SpanShard {
    #[inline]
    pub(crate) fn start(&self, writer: Writer) {
        self.started.add(1, writer);
    }

    #[inline]
    fn end(&self, outcome: Outcome, took: Nanos, writer: Writer) {
        self.durations[outcome.index()].record_similar(took.get(), 1, writer);
        // Release; pairs with Acquire in `SpanSeries::in_flight`: a reader that counts this end
        // also counts its start.
        self.ended.add_one_release(writer);
    }

    /// Does what [`SpanShard::end`] does, for the owner of the shard.
    #[inline]
    fn end_sole(&self, outcome: Outcome, took: Nanos) {
        if self.durations[outcome.index()].record_if_similar(took.get(), 1) {
            // Release, as in `end`.
            self.ended.add_one_release(Writer::Sole);
        } else {
            self.end_dissimilar(outcome, took);
        }
    }

    #[inline(never)]
    fn end_dissimilar(&self, outcome: Outcome, took: Nanos) {
        self.end(outcome, took, Writer::Sole);
    }
}

impl SpanSeries {
    constructor! {
        pub(crate) fn new() -> Self {
            Self {
                shards: Sharded::new(),
            }
        }
    }

    #[inline]
    pub(crate) fn start(&self) {
        self.shards.with(SpanShard::start);
    }

    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, took: Nanos) {
        self.shards
            .with(move |shard, writer| shard.end(outcome, took, writer));
    }

    /// Ends a call that began at `start`.
    ///
    /// What is rare is a call that nothing follows: a measured function saves no register for it.
    // Always: as a call of its own, it costs a measured function 15 instructions more.
    #[inline(always)]
    pub(crate) fn end_since(&self, start: Ticks, outcome: Outcome) {
        match (clock::counted_since(start), self.shards.found()) {
            (Some(took), Some(shard)) => shard.end_sole(outcome, took),
            (Some(took), None) => self.end_elsewhere(outcome, took),
            (None, _) => self.end_by_fallback(outcome, start),
        }
    }

    #[cold]
    #[inline(never)]
    fn end_elsewhere(&self, outcome: Outcome, took: Nanos) {
        self.end(outcome, took);
    }

    #[cold]
    #[inline(never)]
    fn end_by_fallback(&self, outcome: Outcome, start: Ticks) {
        self.end(outcome, clock::since(start));
    }

    /// Returns whether any call was recorded.
    pub(crate) fn is_touched(&self) -> bool {
        self.shards.is_touched()
    }

    /// Calls that have started and not ended, and perhaps some that came and went while it was
    /// read: it is read again where many did.
    ///
    /// Never below zero, though a future may end on another thread than it started on, since every
    /// end is read before any start. An allocator that is measured may lose a start while its shard
    /// is being allocated, but no later one makes up for it.
    pub(crate) fn in_flight(&self) -> u64 {
        let read = || {
            let ended = self.sum(|shard| shard.ended.acquire());
            self.sum(|shard| shard.started.get()).saturating_sub(ended)
        };
        (0..READINGS).map(|_| read()).min().unwrap_or_default()
    }

    /// Forgets all but the calls that the owner of slot `mine` is in the middle of. Only in a
    /// process that has just been forked.
    pub(crate) fn reset_after_fork(&self, mine: usize) {
        for (shard, is_mine) in self.shards.shards_seen_from(mine) {
            // Where calls end on other threads than they began on, this thread's share has no more
            // than this difference.
            let running = shard.started.get().saturating_sub(shard.ended.get());
            shard.started.restart(if is_mine { running } else { 0 });
            shard.ended.restart(0);
            shard.durations.iter().for_each(Shard::reset_after_fork);
        }
    }

    pub(crate) fn snapshot(&self, outcome: Outcome) -> HistogramSnapshot {
        sum_of({ self.shards.shards() }.map(|shard| &shard.durations[outcome.index()]))
    }

    fn sum(&self, count: impl Fn(&SpanShard) -> u64) -> u64 {
        self.shards.shards().map(count).fold(0, u64::saturating_add)
    }
}

/// A reader may be interrupted between two loads; hardly each time.
const READINGS: usize = 3;
