//! The requests to one model.

use super::flight::Flight;
use super::flow::{Flow, Population};
use crate::histogram::{Frozen, Shard, Sum};
use crate::outcome::Outcome;
use crate::sync::{AtomicBool, Ordering};
use crate::thread::{Count, Sharded, Writer};

/// Everything that is stored of the requests to one model.
#[derive(Debug)]
pub(crate) struct GenerationSeries {
    shards: Sharded<GenerationShard>,
    pub(crate) flight: Flight,
    /// Whether an admission was ever told: before that, an error without one says nothing.
    admits: AtomicBool,
}

/// One thread's share: everything that an event touches lies in one place.
#[derive(Debug, Default)]
pub(crate) struct GenerationShard {
    pub(crate) flow: Flow,
    pub(crate) prompt_tokens: Count,
    /// Tokens that end no gap: the first of a request, and all but one of those that came together.
    pub(crate) gapless: Count,
    pub(crate) queue: Shard,
    pub(crate) prefill: Shard,
    pub(crate) decode: Shard,
    pub(crate) time_to_first_token: Shard,
    pub(crate) inter_token: Shard,
    pub(crate) per_output_token: Shard,
    pub(crate) end_to_end: Shard,
    pub(crate) gave_up: Shard,
    pub(crate) prompt_tokens_each: Shard,
    pub(crate) tokens_each: Shard,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    /// At the longest answer that was asked for. Of no concern where it did not end ok.
    pub(crate) truncated: bool,
    pub(crate) admitted: bool,
}

impl GenerationShard {
    /// Counts a prompt that was read.
    pub(crate) fn read(&self, prompt_tokens: u64, writer: Writer) {
        self.prompt_tokens.add(prompt_tokens, writer);
        self.prompt_tokens_each.record(prompt_tokens, 1, writer);
    }

    const fn histograms(&self) -> [&Shard; 10] {
        [
            &self.queue,
            &self.prefill,
            &self.decode,
            &self.time_to_first_token,
            &self.inter_token,
            &self.per_output_token,
            &self.end_to_end,
            &self.gave_up,
            &self.prompt_tokens_each,
            &self.tokens_each,
        ]
    }
}

impl GenerationSeries {
    pub(crate) const fn new() -> Self {
        Self {
            shards: Sharded::new(),
            flight: Flight::new(),
            admits: AtomicBool::new(false),
        }
    }

    /// Counts an admission.
    pub(crate) fn admit(&self, shard: &GenerationShard, writer: Writer) {
        shard.flow.admit(writer);
        // Relaxed: who does not see it yet counts an error as any other. Looked at first, since others look at it all the time.
        if !self.admits.load(Ordering::Relaxed) {
            self.admits.store(true, Ordering::Relaxed);
        }
    }

    /// Counts the end of a request. An error before the admission was a refusal, where there are admissions.
    pub(crate) fn end(&self, shard: &GenerationShard, end: End, writer: Writer) {
        let End {
            outcome,
            truncated,
            admitted,
        } = end;
        match outcome {
            Outcome::Error if !admitted && self.admits.load(Ordering::Relaxed) => {
                shard.flow.turn_away(writer);
            }
            Outcome::Ok if truncated => shard.flow.truncate(admitted, writer),
            _ => shard.flow.end(outcome, admitted, writer),
        }
    }

    #[inline]
    pub(crate) fn with(&self, write: impl FnOnce(&GenerationShard, Writer)) {
        self.shards.with(write);
    }

    /// Whether any request was recorded.
    pub(crate) fn is_touched(&self) -> bool {
        self.shards.is_touched()
    }

    pub(crate) fn population(&self) -> Population {
        Population::of(|| self.shards.shards().map(|shard| &shard.flow))
    }

    /// Forgets all but the requests that the owner of slot `mine` has under way. Only in a process that has just been forked.
    pub(crate) fn forget(&self, mine: usize) {
        for (shard, is_mine) in self.shards.shards_seen_from(mine) {
            shard.flow.forget(is_mine);
            shard.prompt_tokens.restart(0);
            shard.gapless.restart(0);
            shard.histograms().into_iter().for_each(Shard::forget);
        }
        self.flight.forget();
    }

    pub(crate) fn sum(&self, count: impl Fn(&GenerationShard) -> u64) -> u64 {
        self.shards.shards().map(count).fold(0, u64::saturating_add)
    }

    pub(crate) fn freeze(&self, part: fn(&GenerationShard) -> &Shard, sum: &mut Sum) -> Frozen {
        self.shards
            .shards()
            .for_each(|shard| part(shard).add_to(sum));
        sum.freeze()
    }
}
