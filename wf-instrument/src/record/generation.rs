//! A request to a model, from its arrival to its end.

use std::fmt;
use std::time::Instant;

use super::Stamp;
use crate::clock;
use crate::outcome::Outcome;
use crate::series::{GenerationSeries, Moment, Request};
use crate::site::GenerationSite;
use crate::units::Nanos;

impl GenerationSite {
    /// A request arrives; its model is called as the site is.
    #[inline]
    pub fn arrive(&'static self) -> Generation {
        Generation::arrive(self.series.plain())
    }

    /// A request for `model` arrives. About a nanosecond more for each model that was seen before it; past 32 models of a site the rest
    /// share the series "(other)".
    #[inline]
    pub fn arrive_as(&'static self, model: &str) -> Generation {
        self.arrive_with(&[model])
    }

    /// A request arrives for the model that is the first of `values`; the others are those of the site's labels. About a nanosecond more for
    /// each value compared (bench `label`); past 32 sets of a site, the rest share a series whose values are all "(other)".
    #[inline]
    pub fn arrive_with(&'static self, values: &[&str]) -> Generation {
        Generation::arrive(self.series.of(values, GenerationSeries::new))
    }
}

/// A request in flight: arrival → admitted → first token → tokens → end.
///
/// ```text
/// arrival       admitted        first token   token   token        end
///    |─── queue ───|─── prefill ─────|────── decode ─────|           |
///    |──────── time to first token ──|──gap──────|──gap──|           |
///    |───────────────────── end to end (when ok) ────────────────────|
/// ```
///
/// The time to first token and the gaps are recorded as they happen, whatever follows. Dropped before [`Generation::end`], it was
/// cancelled (or panicked, while the thread unwinds); cancelled before its first token it counts as given up, which is a miss of any TTFT
/// target. Its place in flight cannot leak.
///
/// 8 bytes. Arrival and end cost about 30 ns each; a token one clock reading and about 6 ns. No allocation, but where more requests are in
/// flight than ever before.
///
/// Threads may share it: no token is lost and one is the first. It is fastest on the thread that counts the first token; on others, each
/// call costs an atomic exchange.
pub struct Generation {
    request: &'static Request,
}

impl Generation {
    #[inline]
    fn arrive(series: &'static GenerationSeries) -> Self {
        Self {
            request: series.begin(clock::ticks()),
        }
    }

    /// The request had been waiting since `arrived`, and is admitted now: queue time, time to first token and end-to-end time count
    /// from there.
    pub fn queued_at(&mut self, arrived: Instant) {
        self.request.rebook(clock::before(
            clock::ticks(),
            Nanos::from(arrived.elapsed()),
        ));
        self.admitted();
    }

    /// The request is through the queue: its queue time ends here. Only the first call counts.
    pub fn admitted(&self) {
        admit(self.request);
    }

    /// The prompt has `n` tokens; several calls add up.
    ///
    /// They are counted once the prompt is known to be read: at the first token, or where the request ends ok without one. A request that is
    /// refused or given up before has read nothing.
    pub fn prompt_tokens(&self, n: u64) {
        self.request.add_prompt(n);
    }

    /// `n` tokens came, together. None at all (a role, a keep-alive) leave every time as it is.
    ///
    /// The first that come end the time to first token. Those that come later end one gap, however
    /// many they are: how long each of them took by itself is not known.
    #[inline]
    pub fn tokens(&self, n: u64) {
        tokens(self.request, n);
    }

    /// `n` tokens were made, together, at the moment `made`: as [`Generation::tokens`] there and then,
    /// for tokens that are counted later than they are made, or on another thread. About 6 ns and no
    /// clock reading.
    ///
    /// Stamps are expected in the order in which tokens were made. One that is no later than the one
    /// before ends no gap.
    #[inline]
    pub fn tokens_at(&self, n: u64, made: Stamp) {
        if n > 0 {
            self.request.tokens(n, Moment::Stamped(made.ticks()));
        }
    }

    /// `n` tokens were received, now, from where they may have been waiting. For adapters, which have
    /// their generation to themselves while they are used.
    #[inline]
    pub(super) fn received(&self, n: u64) {
        if n > 0 {
            self.request
                .tokens_alone(n, Moment::Received(clock::ticks()));
        }
    }

    /// `n` tokens were received that were made at the moment `made`. For adapters.
    #[inline]
    pub(super) fn received_at(&self, n: u64, made: Stamp) {
        if n > 0 {
            self.request.tokens_alone(n, Moment::Stamped(made.ticks()));
        }
    }

    /// An error came up: however it ends now, it ends as an error.
    pub fn failed(&self) {
        self.request.fail();
    }

    /// The answer was cut at the longest that was asked for: where it ends ok, `finished_reason` is "length" in place of "stop".
    pub fn truncated(&self) {
        self.request.truncate();
    }

    /// The code that answers it unwound: it ends as panicked, also where it is dropped when the unwinding is over.
    pub(super) fn unwound(&self) {
        self.request.unwound();
    }

    /// What its tokens are counted at while it is in scope.
    #[inline]
    pub(super) fn request(&self) -> &'static Request {
        self.request
    }

    /// Tokens are counted fastest on this thread from here on. Only where no other thread counts any meanwhile.
    #[inline]
    pub(super) fn move_here(&mut self) {
        self.request.move_here();
    }

    /// Ends the request.
    pub fn end(self, outcome: Outcome) {
        self.record_end(outcome);
        std::mem::forget(self);
    }

    fn record_end(&self, outcome: Outcome) {
        let request = self.request;
        let outcome = request.verdict(outcome);
        let took = request.age_now();
        let series = request.series();
        series.with(move |shard, writer| series.end(request, outcome, took, shard, writer));
        request.end();
    }
}

/// Counts `n` tokens of `request`.
#[inline]
pub(super) fn tokens(request: &Request, n: u64) {
    if n > 0 {
        request.tokens(n, Moment::Made(clock::ticks()));
    }
}

/// Ends the queue time of `request`, unless it has ended.
pub(super) fn admit(request: &Request) {
    let now = clock::ticks();
    if request.admit(now) {
        let waited = request.age(now);
        let series = request.series();
        series.with(move |shard, writer| {
            shard.queue.record(waited.get(), 1, writer);
            series.admit(shard, writer);
        });
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        self.record_end(self.request.of_drop());
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("tokens", &self.request.all_tokens())
            .finish_non_exhaustive()
    }
}
