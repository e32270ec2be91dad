//! Evidence about requests: rates, latencies and counts, of one model or of several together.

use std::fmt;

use crate::number::{to_f64, whole};
use wf_instrument::histogram::{HistogramSnapshot, samples_needed};
use wf_instrument::snapshot::GenerationMetrics;
use wf_instrument::{Nanos, PerSecond};

/// Requests in one tick.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct RequestEvidence {
    /// TTFT. Requests that were cancelled or rejected before their first token count as slower than
    /// all others.
    pub time_to_first_token: Quantiles,
    /// Mean inter-token latency, each token counted: over the base window, or over a longer one if
    /// it has too few tokens.
    pub inter_token_latency: Option<Nanos>,
    /// 99th percentile of the inter-token latency.
    pub inter_token_latency_p99: Option<Nanos>,
    /// 90th percentile of the queue time.
    pub queue_p90: Option<Nanos>,
    /// Tokens generated.
    pub tokens: Option<PerSecond>,
    /// Requests that ended ok.
    pub completed: Option<PerSecond>,
    /// Requests that arrived.
    pub arrived: Option<PerSecond>,
    /// Number of requests in the base window that were cancelled before their first token. Each
    /// misses the TTFT target.
    pub cancelled_before_first_token: u64,
    /// Number of requests in the base window that ended in an error before they were admitted, for
    /// example at a full queue. Each misses the TTFT target. Only of models whose code reports
    /// admissions.
    pub rejected: u64,
    /// Number of requests in the base window that ended in an error or a panic, rejected ones
    /// included.
    pub failed: u64,
    /// Number of requests that have arrived and are not admitted, now.
    pub waiting: u64,
    /// Number of requests that are admitted and have not ended, now.
    pub running: u64,
    /// Age of the oldest request that has not ended.
    pub oldest: Option<Nanos>,
}

impl RequestEvidence {
    /// Computes it from the requests in the base window of that `length`, and in the `windows` that
    /// latencies are taken over, the shortest first.
    pub(super) fn of(
        length: Nanos,
        base: &GenerationMetrics,
        windows: &[GenerationMetrics],
    ) -> Self {
        let rate = |count: u64| PerSecond::of(count, length);
        Self {
            time_to_first_token: Quantiles {
                p50: first_token(windows, 0.5),
                p90: first_token(windows, 0.9),
                p99: first_token(windows, 0.99),
            },
            inter_token_latency: mean_latency(windows),
            inter_token_latency_p99: quantile(
                windows,
                0.99,
                GenerationMetrics::inter_token_latency,
            ),
            queue_p90: quantile(windows, 0.9, GenerationMetrics::queue),
            tokens: rate(base.tokens),
            completed: rate(base.outcomes.ok),
            arrived: rate(base.arrived),
            cancelled_before_first_token: base.cancelled_before_first_token().count(),
            rejected: base.rejected,
            failed: base.outcomes.error.saturating_add(base.outcomes.panicked),
            waiting: base.waiting,
            running: base.running,
            oldest: base.oldest,
        }
    }

    /// Returns whether requests are held back: some wait now, or were cancelled or rejected in the
    /// base window before their first token.
    pub(crate) const fn is_limited(&self) -> bool {
        self.waiting > 0 || self.cancelled_before_first_token > 0 || self.rejected > 0
    }
}

impl fmt::Display for RequestEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} running, {} waiting", self.running, self.waiting)?;
        if let Some(tokens) = self.tokens {
            write!(f, ", {:.1} tokens/s", tokens.get())?;
        }
        let latencies = [
            ("TTFT p90", self.time_to_first_token.p90),
            ("inter-token latency", self.inter_token_latency),
        ];
        for (name, latency) in latencies {
            match latency {
                Some(Quantiles::UNBOUNDED) => write!(f, ", {name} unbounded")?,
                Some(latency) => write!(f, ", {name} {:.1} ms", latency.as_millis())?,
                None => {}
            }
        }
        Ok(())
    }
}

/// Three quantiles of a latency; `None` if there are too few samples.
///
/// One that falls among requests that were cancelled or rejected before their first token is
/// [`UNBOUNDED`](Self::UNBOUNDED).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Quantiles {
    /// Median.
    pub p50: Option<Nanos>,
    /// 90th percentile.
    pub p90: Option<Nanos>,
    /// 99th percentile.
    pub p99: Option<Nanos>,
}

impl Quantiles {
    /// Quantile that falls among requests without a first token: longer than any target, and no
    /// time that was measured. Check for it before you show a quantile or compute with it.
    pub const UNBOUNDED: Nanos = Nanos::new(u64::MAX);
}

/// The shortest window in which `count` has at least `needed` samples: a slow model makes few
/// tokens a second.
fn shortest(
    windows: &[GenerationMetrics],
    needed: u64,
    count: impl Fn(&GenerationMetrics) -> u64,
) -> Option<&GenerationMetrics> {
    windows.iter().find(|row| count(row) >= needed)
}

fn mean_latency(windows: &[GenerationMetrics]) -> Option<Nanos> {
    let latency = GenerationMetrics::inter_token_latency;
    let window = shortest(windows, samples_needed(0.5), |row| latency(row).count())?;
    latency(window).mean().map(|mean| Nanos::new(whole(mean)))
}

fn quantile(
    windows: &[GenerationMetrics],
    q: f64,
    histogram: fn(&GenerationMetrics) -> &HistogramSnapshot,
) -> Option<Nanos> {
    let window = shortest(windows, samples_needed(q), |row| histogram(row).count())?;
    histogram(window).quantile(q).map(Nanos::new)
}

/// Cancelled and rejected requests are the slowest: a quantile that falls among them is unbounded.
fn first_token(windows: &[GenerationMetrics], q: f64) -> Option<Nanos> {
    let count = |row: &GenerationMetrics| {
        let missed = row.cancelled_before_first_token().count();
        let missed = missed.saturating_add(row.rejected);
        row.time_to_first_token().count().saturating_add(missed)
    };
    let window = shortest(windows, samples_needed(q), count)?;
    let measured = window.time_to_first_token();
    let q_of_measured = q * to_f64(count(window)) / to_f64(measured.count().max(1));
    if measured.is_empty() || q_of_measured > 1.0 {
        return Some(Quantiles::UNBOUNDED);
    }
    measured.quantile(q_of_measured).map(Nanos::new)
}
