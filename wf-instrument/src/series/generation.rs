//! The requests to one model.

use super::in_flight::InFlight;
use super::request::{Request, Series};
use super::request_counts::{RequestCounts, RequestStates};
use crate::clock::Ticks;
use crate::histogram::{HistogramSnapshot, Shard, sum_of};
use crate::outcome::Outcome;
use crate::sync::{AtomicBool, Ordering};
use crate::thread::{Count, Sharded, Writer, drop_one};
use crate::units::Nanos;

/// The list of the histograms that are kept of each request: the variant of [`RequestHistogram`],
/// the name, and the description. All that has one of something for each is made from it.
macro_rules! request_histograms {
    ($make:ident) => {
        $make! {
            /// Time from arrival to admission, of requests whose admission was recorded.
            Queue = queue,
            /// Time from admission to the first token, of requests whose admission was recorded.
            Prefill = prefill,
            /// Time from the first token to the last, of requests that ended ok.
            Decode = decode,
            /// Time from arrival to the first token (TTFT).
            TimeToFirstToken = time_to_first_token,
            /// Time between tokens (ITL). Tokens that came together end one interval.
            InterTokenLatency = inter_token_latency,
            /// Mean time per token after the first (TPOT), of requests that ended ok. A response
            /// whose tokens were all received together has none.
            TimePerOutputToken = time_per_output_token,
            /// Time from arrival to the end (E2E), of requests that ended ok.
            EndToEnd = end_to_end,
            /// Time from arrival to the end, of requests that were cancelled before their first
            /// token: each is a miss of the TTFT target.
            CancelledBeforeFirstToken = cancelled_before_first_token,
            /// Tokens of the prompt, of requests whose prompt was counted.
            PromptTokensEach = prompt_tokens_each,
            /// Tokens generated, of requests that ended ok.
            TokensEach = tokens_each,
        }
    };
}
pub(crate) use request_histograms;

macro_rules! declare {
    ($($(#[$doc:meta])* $variant:ident = $name:ident,)*) => {
        /// A histogram that is kept of each request to a model. Times are in nanoseconds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RequestHistogram {
            $($(#[$doc])* $variant,)*
        }

        impl RequestHistogram {
            /// All of them.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$variant),*];

            /// The number of them.
            pub const COUNT: usize = [$(stringify!($name)),*].len();

            /// The name in snake case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }
        }
    };
}
request_histograms!(declare);

/// Everything that is stored of the requests to one model.
#[derive(Debug)]
pub(crate) struct GenerationSeries {
    shards: Sharded<GenerationShard>,
    pub(crate) in_flight: InFlight<Self>,
    /// Set once an admission was recorded: before that, an error without one is no rejection.
    admits: AtomicBool,
}

/// One thread's share: everything that an event touches lies in one place.
#[derive(Debug, Default)]
pub(crate) struct GenerationShard {
    pub(crate) counts: RequestCounts,
    pub(crate) prompt_tokens: Count,
    /// Tokens that end no interval: the first of a request, and all but one of those that came
    /// together.
    pub(crate) gapless: Count,
    histograms: [Shard; RequestHistogram::COUNT],
}

impl GenerationShard {
    /// Counts a prompt that was read.
    pub(crate) fn read(&self, prompt_tokens: u64, writer: Writer) {
        self.prompt_tokens.add(prompt_tokens, writer);
        self.histogram(RequestHistogram::PromptTokensEach)
            .record(prompt_tokens, 1, writer);
    }

    /// The first `n` tokens came, so long after the arrival.
    #[inline]
    pub(crate) fn first(&self, n: u64, waited: Nanos, writer: Writer) {
        self.gapless.add(n, writer);
        self.histogram(RequestHistogram::TimeToFirstToken)
            .record(waited.get(), 1, writer);
    }

    /// `n` more tokens came, together: so long after those before, or with them.
    #[inline]
    pub(crate) fn more(&self, n: u64, gap: Option<Nanos>, writer: Writer) {
        let Some(gap) = gap else {
            return self.gapless.add(n, writer);
        };
        self.histogram(RequestHistogram::InterTokenLatency)
            .record_similar(gap.get(), 1, writer);
        if n > 1 {
            self.gapless.add(n - 1, writer);
        }
    }

    #[inline]
    pub(crate) const fn histogram(&self, which: RequestHistogram) -> &Shard {
        &self.histograms[which as usize]
    }
}

impl Series for GenerationSeries {
    type Shard = GenerationShard;
}

impl GenerationSeries {
    pub(crate) const fn new() -> Self {
        Self {
            shards: Sharded::new(),
            in_flight: InFlight::new(),
            admits: AtomicBool::new(false),
        }
    }

    /// Counts an arrival and inserts the request among those in flight.
    // Always: it has one caller, and is 6 instructions more as a call of its own.
    #[inline(always)]
    pub(crate) fn begin(&'static self, arrived: Ticks) -> &'static Request<Self> {
        let Some(request) = self.in_flight.insert(self, arrived) else {
            return lost(arrived);
        };
        self.with(|shard, writer| shard.counts.arrive(writer));
        request
    }

    /// Counts an admission.
    pub(crate) fn admit(&self, shard: &GenerationShard, writer: Writer) {
        shard.counts.admit(writer);
        // Relaxed: a thread that does not read it yet counts an error as any other. Read first,
        // since other threads read it all the time.
        if !self.admits.load(Ordering::Relaxed) {
            self.admits.store(true, Ordering::Relaxed);
        }
    }

    /// Records the end of `request`, so long after its arrival.
    #[inline]
    pub(crate) fn end(&self, request: &Request<Self>, outcome: Outcome, took: Nanos) {
        // Each by itself, so that the compiler knows the writer.
        match self.sole() {
            Some(shard) => self.end_in(shard, Writer::Sole, request, outcome, took),
            None => self.end_elsewhere(request, outcome, took),
        }
    }

    #[cold]
    #[inline(never)]
    fn end_elsewhere(&self, request: &Request<Self>, outcome: Outcome, took: Nanos) {
        self.with(|shard, writer| self.end_in(shard, writer, request, outcome, took));
    }

    // Always: for a writer that is not known, each record checks which it is.
    #[inline(always)]
    fn end_in(
        &self,
        shard: &GenerationShard,
        writer: Writer,
        request: &Request<Self>,
        outcome: Outcome,
        took: Nanos,
    ) {
        match outcome {
            Outcome::Ok => {
                shard
                    .histogram(RequestHistogram::EndToEnd)
                    .record(took.get(), 1, writer);
                request.read_prompt(shard, writer);
                request.record_tokens(shard, writer);
            }
            Outcome::Cancelled if !request.has_begun() => {
                shard
                    .histogram(RequestHistogram::CancelledBeforeFirstToken)
                    .record(took.get(), 1, writer);
            }
            // Already counted, unless it was added at the very moment of the first token.
            _ if request.has_begun() => request.read_prompt(shard, writer),
            _ => {}
        }
        // Last: a snapshot that has the end also has everything recorded of the request.
        self.count_end(request, outcome, shard, writer);
    }

    /// Counts the end of a request. An error before the admission and the first token is a
    /// rejection, where admissions are recorded.
    #[inline]
    fn count_end(
        &self,
        request: &Request<Self>,
        outcome: Outcome,
        shard: &GenerationShard,
        writer: Writer,
    ) {
        let admitted = request.is_admitted();
        match outcome {
            Outcome::Error
                if !admitted && !request.has_begun() && self.admits.load(Ordering::Relaxed) =>
            {
                shard.counts.reject(writer);
            }
            Outcome::Ok if request.is_truncated() => shard.counts.truncate(admitted, writer),
            _ => shard.counts.end(outcome, admitted, writer),
        }
    }

    #[inline]
    pub(crate) fn with<'a>(&'a self, write: impl FnOnce(&'a GenerationShard, Writer)) {
        self.shards.with(write);
    }

    /// Returns whether any request was recorded.
    pub(crate) fn is_touched(&self) -> bool {
        self.shards.is_touched()
    }

    /// This thread's share, where it has one of its own.
    #[inline]
    pub(crate) fn sole(&self) -> Option<&GenerationShard> {
        self.shards.sole()
    }

    pub(crate) fn states(&self) -> RequestStates {
        RequestStates::of(|| self.shards.shards().map(|shard| &shard.counts))
    }

    /// Forgets all but the requests in flight of the owner of slot `mine`. Only in a process that
    /// has just been forked.
    pub(crate) fn reset_after_fork(&self, mine: usize) {
        for (shard, is_mine) in self.shards.shards_seen_from(mine) {
            shard.counts.reset_after_fork(is_mine);
            shard.prompt_tokens.restart(0);
            shard.gapless.restart(0);
            shard.histograms.iter().for_each(Shard::reset_after_fork);
        }
        self.in_flight.reset_after_fork(mine);
    }

    pub(crate) fn sum(&self, count: impl Fn(&GenerationShard) -> u64) -> u64 {
        self.shards.shards().map(count).fold(0, u64::saturating_add)
    }

    pub(crate) fn snapshot(&self, which: RequestHistogram) -> HistogramSnapshot {
        sum_of(self.shards.shards().map(|shard| shard.histogram(which)))
    }
}

/// Returns the slot of lost requests: for one that an allocator measures while it allocates for
/// this crate. It is not recorded, but counted as dropped.
#[cold]
fn lost(arrived: Ticks) -> &'static Request<GenerationSeries> {
    drop_one();
    // Where another request is there already, they share the slot: nothing that is recorded here
    // is ever read.
    LOST.try_begin(&LOST_SERIES, arrived);
    &LOST
}

/// The slot of lost requests. It has its series from the start: a thread that finds it taken may
/// get here before the other has stored anything.
static LOST: Request<GenerationSeries> = Request::of(&LOST_SERIES);
static LOST_SERIES: GenerationSeries = GenerationSeries::new();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_of_lost_requests_has_its_series_before_the_first_of_them() {
        assert!(std::ptr::eq(LOST.series(), &raw const LOST_SERIES));
    }
}
