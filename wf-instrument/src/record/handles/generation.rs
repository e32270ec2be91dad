//! A request to a model, from its arrival to its end.

use std::fmt;
use std::time::Instant;

use super::Stamp;
use crate::clock;
use crate::outcome::Outcome;
use crate::series::{GenerationSeries, Request, RequestHistogram, TokenTime};
use crate::site::GenerationSite;

impl GenerationSite {
    /// Begins a request to the model that has the name of the site.
    #[inline]
    pub fn arrive(&'static self) -> Generation {
        Generation::arrive(self.series.plain())
    }

    /// Begins a request to `model`. About 2 ns more for each model that the site had before
    /// it; past 32 models of a site, the rest share the series "(other)".
    #[inline]
    pub fn arrive_as(&'static self, model: &str) -> Generation {
        self.arrive_with(&[model])
    }

    /// Begins a request to the model that is the first of `values`; the others are those of the
    /// site's labels. About 2 ns more for each value compared (bench `label`); past 32 sets
    /// of a site, the rest share a series whose values are all "(other)". With another number of
    /// values than declared it is recorded with "(none)" for each, and listed by
    /// [`conflicts`](crate::registry::conflicts).
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
///    |──────── time to first token ──|──ITL──────|──ITL──|           |
///    |───────────────────── end to end (when ok) ────────────────────|
/// ```
///
/// The time to first token and the inter-token latencies are recorded as they happen, whatever
/// follows. Dropped before [`Generation::end`], it was cancelled, or panicked where the thread has
/// begun to unwind since it arrived. Cancelled before its first token, it is a miss of any TTFT
/// target. Once it is dropped it is no longer in flight, whatever happened before.
///
/// 8 bytes. Arrival and end cost about 34 ns together (bench `label`); a token one clock reading
/// and 2 to 6 ns. It allocates only where more requests are in flight than ever before.
///
/// Threads may share it: no token is lost, and exactly one is the first. It is fastest on the
/// thread that counts the first token; on others, each call costs an atomic exchange.
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

    /// Admits the request, which has waited since `arrived`: its queue time, time to first token
    /// and end-to-end time count from there. Two more clock readings than [`Generation::admitted`].
    pub fn queued_at(&mut self, arrived: Instant) {
        self.request.set_arrival(Stamp::from(arrived).ticks());
        self.admitted();
    }

    /// Ends the queue time of the request. Only the first call counts; about 15 ns.
    ///
    /// A request that ends in an error before this call may count as rejected: see
    /// [rejected requests](super::admitted#rejected-requests).
    pub fn admitted(&self) {
        admit(self.request);
    }

    /// Adds `n` tokens to the prompt. Several calls add up, to 4,294,967,295 (`u32::MAX`) at most.
    ///
    /// They are counted once the prompt is known to be read: at the first token, or where the
    /// request ends ok without one. A request that is rejected or cancelled before has read
    /// nothing.
    pub fn prompt_tokens(&self, n: u64) {
        self.request.add_prompt(n);
    }

    /// Counts `n` tokens that came together, now. With `n` of 0 (a role, a keep-alive) it does
    /// nothing.
    ///
    /// The first tokens end the time to first token. Later ones end one inter-token interval,
    /// however many they are: the time of each by itself is not known.
    ///
    /// Of the tokens that other threads count than the one that counts the first, a request keeps
    /// 4,294,967,295 (`u32::MAX`) at most, as in the histogram of tokens each. The counter of
    /// tokens takes all of them.
    #[inline]
    pub fn tokens(&self, n: u64) {
        tokens(self.request, n);
    }

    /// Counts `n` tokens that were made together at the moment `made`, as [`Generation::tokens`]
    /// would have at that moment: for tokens that are counted later than they are made, or on
    /// another thread. 2 to 6 ns and no clock reading.
    ///
    /// Stamps are expected in the order in which tokens were made. Tokens with a stamp that is not
    /// later than the latest are counted, and end no interval.
    #[inline]
    pub fn tokens_at(&self, n: u64, made: Stamp) {
        if n > 0 {
            self.request.tokens(n, TokenTime::Stamped(made.ticks()));
        }
    }

    /// Counts `n` tokens that are received now, from where they may have been waiting. For
    /// adapters: no other thread counts at the same time.
    // Always: as `Request::tokens`.
    #[inline(always)]
    pub(in crate::record) fn received(&self, n: u64) {
        if n > 0 {
            self.request
                .tokens_alone(n, TokenTime::Received(clock::ticks()));
        }
    }

    /// Counts `n` tokens that are received now and were made at the moment `made`. For adapters.
    // Always: as `Request::tokens`.
    #[inline(always)]
    pub(in crate::record) fn received_at(&self, n: u64, made: Stamp) {
        if n > 0 {
            self.request
                .tokens_alone(n, TokenTime::Stamped(made.ticks()));
        }
    }

    /// Makes the request end as an error, whatever outcome it is ended with.
    pub fn failed(&self) {
        self.request.fail();
    }

    /// Marks the response as cut at the length limit of its request: where it ends ok,
    /// `finished_reason` is "length" in place of "stop".
    pub fn truncated(&self) {
        self.request.truncate();
    }

    /// Makes it end as panicked, also where it is dropped after the unwinding.
    pub(in crate::record) fn unwound(&self) {
        self.request.unwound();
    }

    /// Its state, at which tokens are counted while it is in scope.
    #[inline]
    pub(in crate::record) fn request(&self) -> &'static Request {
        self.request
    }

    /// Makes this thread the one that counts tokens fastest. Only where no other thread counts any
    /// at the same time.
    #[inline]
    pub(in crate::record) fn move_here(&mut self) {
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
        request.series().end(request, outcome, took);
        request.end();
    }
}

/// Counts `n` tokens of `request`.
#[inline]
pub(in crate::record) fn tokens(request: &Request, n: u64) {
    if n > 0 {
        request.tokens(n, TokenTime::Made(clock::ticks()));
    }
}

/// Ends the queue time of `request`, unless it has ended.
pub(in crate::record) fn admit(request: &Request) {
    let now = clock::ticks();
    if request.admit(now) {
        let waited = request.age(now);
        let series = request.series();
        series.with(move |shard, writer| {
            shard
                .histogram(RequestHistogram::Queue)
                .record(waited.get(), 1, writer);
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
