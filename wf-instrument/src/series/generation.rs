//! The requests to one model.

use super::flight::Flight;
use crate::histogram::{Frozen, Shard, Sum};
use crate::outcome::Outcome;
use crate::thread::{Count, Sharded, Writer};

/// Everything that is stored of the requests to one model.
#[derive(Debug)]
pub(crate) struct GenerationSeries {
    shards: Sharded<GenerationShard>,
    pub(crate) flight: Flight,
}

/// One thread's share: everything that an event touches lies in one place.
#[derive(Debug, Default)]
pub(crate) struct GenerationShard {
    pub(crate) arrived: Count,
    pub(crate) admitted: Count,
    /// Ended without having been admitted.
    pub(crate) ended_waiting: Count,
    pub(crate) ended: [Count; 4],
    pub(crate) prompt_tokens: Count,
    pub(crate) tokens: Count,
    pub(crate) queue: Shard,
    pub(crate) time_to_first_token: Shard,
    pub(crate) inter_token: Shard,
    pub(crate) per_output_token: Shard,
    pub(crate) end_to_end: Shard,
    pub(crate) gave_up: Shard,
    pub(crate) prompt_tokens_each: Shard,
    pub(crate) tokens_each: Shard,
}

/// How many requests are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Population {
    pub(crate) arrived: u64,
    pub(crate) ended: [u64; 4],
    pub(crate) waiting: u64,
    pub(crate) running: u64,
}

impl GenerationSeries {
    pub(crate) const fn new() -> Self {
        Self {
            shards: Sharded::new(),
            flight: Flight::new(),
        }
    }

    #[inline]
    pub(crate) fn with(&self, write: impl FnOnce(&GenerationShard, Writer)) {
        self.shards.with(write);
    }

    /// Reads every end before any admission, and every admission before any arrival, so that no difference is below zero.
    ///
    /// A series whose code never tells an admission has nobody waiting.
    pub(crate) fn population(&self) -> Population {
        let ended = Outcome::ALL.map(|o| self.sum(|shard| shard.ended[o.index()].acquire()));
        let ended_waiting = self.sum(|shard| shard.ended_waiting.get());
        let admitted = self.sum(|shard| shard.admitted.acquire());
        let arrived = self.sum(|shard| shard.arrived.get());
        let in_flight = arrived.saturating_sub(ended.iter().sum());
        let unadmitted = arrived
            .saturating_sub(admitted)
            .saturating_sub(ended_waiting);
        let waiting = if admitted == 0 {
            0
        } else {
            unadmitted.min(in_flight)
        };
        Population {
            arrived,
            ended,
            waiting,
            running: in_flight - waiting,
        }
    }

    pub(crate) fn sum(&self, count: impl Fn(&GenerationShard) -> u64) -> u64 {
        self.shards.shards().map(count).fold(0, u64::wrapping_add)
    }

    pub(crate) fn freeze(&self, part: fn(&GenerationShard) -> &Shard, sum: &mut Sum) -> Frozen {
        self.shards
            .shards()
            .for_each(|shard| part(shard).add_to(sum));
        sum.freeze()
    }
}
