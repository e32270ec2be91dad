//! What one tick knows, as plain values: the only thing that the pure stages look at.
//!
//! [`History`] turns snapshots into [`Evidence`]. A quantile that has too few samples in the last second is taken over five, then thirty;
//! with too few even there it is `None`, and whoever needs it holds still.

mod history;
mod host;

use std::fmt;

pub(crate) use self::history::History;
pub use self::host::Host;
use wf_instrument::{Nanos, PerSecond, Ratio};
use wf_sense::Reading;

/// What one tick knows. All requests of all models together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The tick's time.
    pub at: Nanos,
    /// Why nothing can be said in this tick; nothing may be moved then.
    pub missing: Option<Missing>,
    /// How long the base window is: from the last tick to this one.
    pub window: Nanos,
    /// From arrival to the first token. Requests that were given up or turned away before it lie above all others.
    pub time_to_first_token: Quantiles,
    /// The mean time between tokens, each token counted: in the base window, or a longer one where it has too few.
    pub inter_token: Option<Nanos>,
    /// The time between tokens that 99 of 100 stay within.
    pub inter_token_p99: Option<Nanos>,
    /// How long nine of ten requests waited at most until they were admitted.
    pub queue_p90: Option<Nanos>,
    /// Tokens generated.
    pub tokens: Option<PerSecond>,
    /// Requests that ended ok.
    pub done: Option<PerSecond>,
    /// Requests that arrived.
    pub arrived: Option<PerSecond>,
    /// Requests that were cancelled before their first token, in the base window: each a miss of the TTFT target.
    pub gave_up: u64,
    /// Requests that ended in an error before they were admitted, in the base window: refused by a full queue, say, and each a miss of the
    /// TTFT target too. Of models only whose code tells admissions.
    pub turned_away: u64,
    /// Requests that ended in an error or a panic, in the base window; those that were turned away among them.
    pub failed: u64,
    /// Arrived and not yet admitted, now.
    pub waiting: u64,
    /// Admitted and not yet ended, now.
    pub running: u64,
    /// The age of the oldest that has not ended.
    pub oldest: Option<Nanos>,
    /// Frames drawn, of those that were promised: the worst drawing function that drew at all.
    pub frames: Option<Ratio>,
    /// Loads of models, as far as a span named [`MODEL_LOAD`] measures them.
    pub model_loads: ModelLoads,
    /// The machine.
    pub host: Host,
}

impl Evidence {
    /// Whether requests were held back: some wait now, or were given up or turned away in the base window before their first token.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.waiting > 0 || self.gave_up > 0 || self.turned_away > 0
    }

    /// Arrived and not yet ended, now.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        self.waiting + self.running
    }

    /// The busy share of the processors that we may use: the highest of the process's share of its quota, what all of its group use of
    /// that, and the host's, so that neither a small container nor a noisy neighbour goes unseen.
    #[must_use]
    pub fn cpu(&self) -> Option<Ratio> {
        highest(self.cpu_shares())
    }

    /// The used share of the memory that we may use, or of the host's, whichever is higher.
    #[must_use]
    pub fn memory(&self) -> Option<Ratio> {
        highest(self.memory_shares())
    }

    /// What [`cpu`](Self::cpu) is the highest of.
    pub(crate) const fn cpu_shares(&self) -> [&Reading<Ratio>; 3] {
        let host = &self.host;
        [&host.process_cpu, &host.group_cpu, &host.host_cpu]
    }

    /// What [`memory`](Self::memory) is the highest of.
    pub(crate) const fn memory_shares(&self) -> [&Reading<Ratio>; 2] {
        [&self.host.memory, &self.host.host_memory]
    }
}

/// The highest of those that are known.
fn highest<const N: usize>(shares: [&Reading<Ratio>; N]) -> Option<Ratio> {
    let higher = |a: Ratio, b: Ratio| if a.get() < b.get() { b } else { a };
    let known = shares.into_iter().filter_map(Reading::value).copied();
    known.reduce(higher)
}

/// Three quantiles of a latency; `None` where there were too few samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// Half of them.
    pub p50: Option<Nanos>,
    /// Nine of ten.
    pub p90: Option<Nanos>,
    /// 99 of 100.
    pub p99: Option<Nanos>,
}

/// Loads of models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelLoads {
    /// Going on now.
    pub running: u64,
    /// What those took, on average, that ended well as far back as is remembered: half a minute, or since a knob was moved.
    pub took: Option<Nanos>,
}

/// The name of the span that loads a model: `#[wf_measure(name = "model_load")]` on the function that does makes the governor know of it.
pub const MODEL_LOAD: &str = "model_load";

/// Why a tick knows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// There is nothing yet to subtract from: the first tick.
    NoWindow,
    /// The snapshot is not later than the last one.
    ClockWentBack,
    /// The snapshot is older than readings may be.
    Stale(Nanos),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWindow => f.write_str("nothing to compare with yet"),
            Self::ClockWentBack => f.write_str("the snapshot is not later than the last one"),
            Self::Stale(age) => write!(f, "the snapshot is {age} old"),
        }
    }
}
