//! The frames of a drawing function.

use crate::histogram::{HistogramSnapshot, Shard, sum_of};
use crate::thread::{Count, Sharded};
use crate::units::Nanos;

/// Frame times, and the number of frames over their budget.
#[derive(Debug)]
pub(crate) struct FrameSeries {
    shards: Sharded<FrameShard>,
    /// The time for one frame; zero without a target.
    budget: Nanos,
}

#[derive(Debug, Default)]
struct FrameShard {
    late: Count,
    dropped: Count,
    duration: Shard,
}

impl FrameSeries {
    pub(crate) const fn new(budget: Nanos) -> Self {
        Self {
            shards: Sharded::new(),
            budget,
        }
    }

    /// Counts a frame. Over its budget it is late, and each further budget that passed meanwhile is
    /// a dropped frame.
    #[inline]
    pub(crate) fn drawn(&self, took: Nanos) {
        let budget = self.budget;
        self.shards.with(move |shard, writer| {
            shard.duration.record(took.get(), 1, writer);
            if budget > Nanos::ZERO && took > budget {
                shard.late.add(1, writer);
                shard.dropped.add((took.get() - 1) / budget.get(), writer);
            }
        });
    }

    /// Returns whether any frame was recorded.
    pub(crate) fn is_touched(&self) -> bool {
        self.shards.is_touched()
    }

    pub(crate) fn late(&self) -> u64 {
        self.shards
            .shards()
            .map(|shard| shard.late.get())
            .fold(0, u64::saturating_add)
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.shards
            .shards()
            .map(|shard| shard.dropped.get())
            .fold(0, u64::saturating_add)
    }

    /// Forgets everything. Only in a process that has just been forked.
    pub(crate) fn reset_after_fork(&self) {
        for shard in self.shards.shards() {
            shard.late.restart(0);
            shard.dropped.restart(0);
            shard.duration.reset_after_fork();
        }
    }

    pub(crate) fn snapshot(&self) -> HistogramSnapshot {
        sum_of(self.shards.shards().map(|shard| &shard.duration))
    }
}
