//! The number of requests that arrived, were admitted and ended.

use crate::outcome::Outcome;
use crate::thread::{Count, Writer};

/// One thread's share of the counts.
#[derive(Debug, Default)]
pub(crate) struct RequestCounts {
    arrived: Count,
    admitted: Count,
    /// Ended without having been admitted.
    ended_waiting: Count,
    /// Of them, in an error before the first token, once a request of the series was admitted.
    rejected: Count,
    /// Ended ok, with a response cut at its length limit.
    truncated: Count,
    /// All others.
    ended: [Count; 4],
}

/// The number of requests in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestStates {
    pub(crate) arrived: u64,
    pub(crate) ended: [u64; 4],
    pub(crate) waiting: u64,
    pub(crate) running: u64,
    pub(crate) rejected: u64,
    pub(crate) truncated: u64,
}

impl RequestCounts {
    #[inline]
    pub(crate) fn arrive(&self, writer: Writer) {
        self.arrived.add(1, writer);
    }

    pub(crate) fn admit(&self, writer: Writer) {
        // Release; pairs with Acquire in `RequestStates::of`: a reader that counts this admission
        // also counts the arrival.
        self.admitted.add_one_release(writer);
    }

    pub(crate) fn end(&self, outcome: Outcome, admitted: bool, writer: Writer) {
        if !admitted {
            self.ended_waiting.add(1, writer);
        }
        // Release; pairs with Acquire in `RequestStates::of`: a reader that counts this end also
        // counts all that came before it.
        self.ended[outcome.index()].add_one_release(writer);
    }

    /// Ends ok, though cut short. Counted apart from other good ends, so that neither count ever
    /// falls.
    pub(crate) fn truncate(&self, admitted: bool, writer: Writer) {
        if !admitted {
            self.ended_waiting.add(1, writer);
        }
        // Release; as in `end`.
        self.truncated.add_one_release(writer);
    }

    /// Ends in an error before its admission and its first token, once a request of the series was
    /// admitted. Counted apart from other errors, so that neither count ever falls.
    pub(crate) fn reject(&self, writer: Writer) {
        self.ended_waiting.add(1, writer);
        // Release; as in `end`.
        self.rejected.add_one_release(writer);
    }
}

impl RequestCounts {
    /// Forgets all but the requests in flight of the thread whose share this is, where it
    /// `is_mine`. Only in a process that has just been forked.
    pub(crate) fn reset_after_fork(&self, is_mine: bool) {
        let apart = [&self.rejected, &self.truncated];
        let ended = self.ended.iter().chain(apart);
        let ended: u64 = ended.map(Count::get).sum();
        let ended_admitted = ended.saturating_sub(self.ended_waiting.get());
        let left = |count: &Count, ended: u64| match is_mine {
            true => count.get().saturating_sub(ended),
            false => 0,
        };
        self.arrived.restart(left(&self.arrived, ended));
        self.admitted.restart(left(&self.admitted, ended_admitted));
        self.ended_waiting.restart(0);
        apart.into_iter().for_each(|count| count.restart(0));
        self.ended.iter().for_each(|count| count.restart(0));
    }
}

impl RequestStates {
    /// Reads every end before any admission, and every admission before any arrival, so that no
    /// difference is below zero.
    ///
    /// A series whose code never records an admission has no request waiting.
    pub(crate) fn of<'a, I: Iterator<Item = &'a RequestCounts>>(shards: impl Fn() -> I) -> Self {
        let sum = |count: &dyn Fn(&RequestCounts) -> u64| {
            shards().map(count).fold(0, u64::saturating_add)
        };
        let mut ended = Outcome::ALL.map(|o| sum(&|shard| shard.ended[o.index()].acquire()));
        let rejected = sum(&|shard| shard.rejected.acquire());
        ended[Outcome::Error.index()] += rejected;
        let truncated = sum(&|shard| shard.truncated.acquire());
        ended[Outcome::Ok.index()] += truncated;
        let ended_waiting = sum(&|shard| shard.ended_waiting.get());
        let admitted = sum(&|shard| shard.admitted.acquire());
        let arrived = sum(&|shard| shard.arrived.get());
        let in_flight = arrived.saturating_sub(ended.iter().sum());
        let unadmitted = arrived
            .saturating_sub(admitted)
            .saturating_sub(ended_waiting);
        // Where no admission was ever recorded, no request is known to wait.
        let waiting = match admitted {
            0 => 0,
            _ => unadmitted.min(in_flight),
        };
        Self {
            arrived,
            ended,
            waiting,
            running: in_flight - waiting,
            rejected,
            truncated,
        }
    }
}
