//! A request to a model, from its arrival to its end.

use std::cell::Cell;
use std::fmt;
use std::time::Instant;

use super::Stamp;
use crate::clock::{self, Ticks};
use crate::outcome::Outcome;
use crate::series::{End, GenerationSeries, GenerationShard, Ticket};
use crate::site::GenerationSite;
use crate::thread::Writer;
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
/// 56 bytes. Arrival and end cost about 30 ns each; a token one clock reading and about 6 ns. No allocation.
pub struct Generation {
    series: &'static GenerationSeries,
    arrived: Ticks,
    first: Cell<Ticks>,
    last: Cell<Ticks>,
    tokens: Cell<u32>,
    /// Of them, those that came with the first.
    first_tokens: Cell<u32>,
    /// [`NEVER`] before its admission.
    admitted: Cell<Ticks>,
    /// Tokens of the prompt that have not been counted: the prompt is not known to be read yet.
    prompt: Cell<u32>,
    verdict: Cell<Option<Verdict>>,
    ticket: Ticket,
}

/// What is known of the end before it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It ends as this, whatever is said at the end.
    Ends(Outcome),
    /// Where it ends ok, the answer was cut at the longest that was asked for.
    Truncated,
}

/// Not yet.
const NEVER: Ticks = Ticks::from_raw(0);

/// Items that follow each other faster than this were waiting for their receiver. No model makes 10,000
/// tokens a second for one request; handing a waiting token on takes from 1 to some 30 µs.
const DRAINING: Nanos = Nanos::new(100_000);

impl Generation {
    #[inline]
    fn arrive(series: &'static GenerationSeries) -> Self {
        series.with(|shard, writer| shard.flow.arrive(writer));
        let arrived = clock::ticks();
        Self {
            series,
            arrived,
            first: Cell::new(NEVER),
            last: Cell::new(NEVER),
            tokens: Cell::new(0),
            first_tokens: Cell::new(0),
            admitted: Cell::new(NEVER),
            prompt: Cell::new(0),
            verdict: Cell::new(None),
            ticket: series.flight.board(arrived),
        }
    }

    /// The request had been waiting since `arrived`, and is admitted now: queue time, time to first token and end-to-end time count
    /// from there.
    pub fn queued_at(&mut self, arrived: Instant) {
        self.arrived = clock::before(clock::ticks(), Nanos::from(arrived.elapsed()));
        self.series.flight.rebook(self.ticket, self.arrived);
        self.admitted();
    }

    /// The request is through the queue: its queue time ends here. Only the first call counts.
    pub fn admitted(&self) {
        if self.admitted.get() == NEVER {
            let now = clock::ticks();
            self.admitted.set(now);
            let waited = self.age(now);
            self.series.with(move |shard, writer| {
                shard.queue.record(waited.get(), 1, writer);
                self.series.admit(shard, writer);
            });
        }
    }

    /// The prompt has `n` tokens; several calls add up.
    ///
    /// They are counted once the prompt is known to be read: at the first token, or where the request ends ok without one. A request that is
    /// refused or given up before has read nothing.
    pub fn prompt_tokens(&self, n: u64) {
        self.prompt.set(self.prompt.get().saturating_add(few(n)));
        if self.first.get() != NEVER {
            self.series
                .with(|shard, writer| self.read_prompt(shard, writer));
        }
    }

    fn read_prompt(&self, shard: &GenerationShard, writer: Writer) {
        match self.prompt.take() {
            0 => {}
            tokens => shard.read(tokens.into(), writer),
        }
    }

    /// `n` tokens came, together. None at all (a role, a keep-alive) leave every time as it is.
    ///
    /// The first that come end the time to first token. Those that come later end one gap, however
    /// many they are: how long each of them took by itself is not known.
    #[inline]
    pub fn tokens(&self, n: u64) {
        if n > 0 {
            let now = clock::ticks();
            match self.last.replace(now) {
                NEVER => self.first(n, now),
                last => self.later(n, clock::between(last, now)),
            }
        }
    }

    /// `n` tokens were made, together, at the moment `made`: as [`Generation::tokens`] there and then,
    /// for tokens that are counted later than they are made, or on another thread. About 6 ns and no
    /// clock reading.
    ///
    /// Stamps are expected in the order in which tokens were made. One that is no later than the one
    /// before ends no gap.
    #[inline]
    pub fn tokens_at(&self, n: u64, made: Stamp) {
        let (last, made) = (self.last.get(), made.ticks());
        if n > 0 && made > last {
            self.last.set(made);
            match last {
                NEVER => self.first(n, made),
                last => self.later(n, clock::between(last, made)),
            }
        } else if n > 0 {
            self.together(n);
        }
    }

    /// `n` tokens were received, now, from where they may have been waiting.
    #[inline]
    pub(super) fn received(&self, n: u64) {
        if n > 0 {
            let now = clock::ticks();
            match self.last.replace(now) {
                NEVER => self.first(n, now),
                last => match clock::between(last, now) {
                    gap if gap < DRAINING => self.together(n),
                    gap => self.later(n, gap),
                },
            }
        }
    }

    fn first(&self, n: u64, now: Ticks) {
        self.first.set(now);
        self.first_tokens.set(few(n));
        self.tokens.set(few(n));
        self.series.with(move |shard, writer| {
            self.read_prompt(shard, writer);
            if self.admitted.get() != NEVER {
                let prefill = clock::between(self.admitted.get(), now);
                shard.prefill.record(prefill.get(), 1, writer);
            }
            shard.gapless.add(n, writer);
            let waited = self.age(now).get();
            shard.time_to_first_token.record(waited, 1, writer);
        });
    }

    #[inline]
    fn later(&self, n: u64, gap: Nanos) {
        self.tokens.set(self.tokens.get().saturating_add(few(n)));
        self.series.with(move |shard, writer| {
            shard.inter_token.record_similar(gap.get(), 1, writer);
            if n > 1 {
                shard.gapless.add(n - 1, writer);
            }
        });
    }

    /// `n` tokens came with those before.
    fn together(&self, n: u64) {
        let tokens = self.tokens.get();
        let all = tokens.saturating_add(few(n));
        if self.first_tokens.get() == tokens {
            self.first_tokens.set(all);
        }
        self.tokens.set(all);
        self.series
            .with(move |shard, writer| shard.gapless.add(n, writer));
    }

    /// An error came up: however it ends now, it ends as an error.
    pub fn failed(&self) {
        self.verdict.set(Some(Verdict::Ends(Outcome::Error)));
    }

    /// The answer was cut at the longest that was asked for: where it ends ok, `finished_reason` is "length" in place of "stop".
    pub fn truncated(&self) {
        if self.verdict.get().is_none() {
            self.verdict.set(Some(Verdict::Truncated));
        }
    }

    /// The code that answers it unwound: it ends as panicked, also where it is dropped when the unwinding is over.
    pub(super) fn unwound(&self) {
        self.verdict.set(Some(Verdict::Ends(Outcome::Panicked)));
    }

    /// Ends the request.
    pub fn end(self, outcome: Outcome) {
        self.record_end(outcome);
        std::mem::forget(self);
    }

    fn record_end(&self, outcome: Outcome) {
        let outcome = match self.verdict.get() {
            Some(Verdict::Ends(outcome)) => outcome,
            Some(Verdict::Truncated) | None => outcome,
        };
        let end = End {
            outcome,
            truncated: self.verdict.get() == Some(Verdict::Truncated),
            admitted: self.admitted.get() != NEVER,
        };
        let took = self.age(clock::ticks()).get();
        let (tokens, unseen) = (self.tokens.get().into(), self.first.get() == NEVER);
        self.series.flight.leave(self.ticket);
        self.series.with(|shard, writer| {
            match outcome {
                Outcome::Ok => {
                    shard.end_to_end.record(took, 1, writer);
                    shard.tokens_each.record(tokens, 1, writer);
                    self.read_prompt(shard, writer);
                    let decoding = clock::between(self.first.get(), self.last.get());
                    if !unseen {
                        shard.decode.record(decoding.get(), 1, writer);
                    }
                    // An answer that came whole says nothing about the time a token takes.
                    let later = self.tokens.get().saturating_sub(self.first_tokens.get());
                    if let Some(each) = decoding.get().checked_div(later.into()) {
                        shard.per_output_token.record(each, 1, writer);
                    }
                }
                Outcome::Cancelled if unseen => shard.gave_up.record(took, 1, writer),
                _ => {}
            }
            // Last: whoever counts the end also sees all that was recorded of the request.
            self.series.end(shard, end, writer);
        });
    }

    /// How long ago the request arrived, wherever it then was.
    fn age(&self, now: Ticks) -> Nanos {
        clock::between(self.arrived, now)
    }
}

/// Four thousand million tokens of one request are as many as need be told apart; the series counts on.
fn few(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Drop for Generation {
    fn drop(&mut self) {
        self.record_end(Outcome::of_drop());
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("tokens", &self.tokens.get())
            .finish_non_exhaustive()
    }
}
