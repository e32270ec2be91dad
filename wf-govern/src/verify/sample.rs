//! What a trial takes from one tick.

use crate::evidence::Evidence;
use wf_instrument::Nanos;

/// One tick of one arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Tokens in a second.
    pub(crate) tokens: f64,
    /// The mean gap, in seconds.
    pub(crate) gap: f64,
    /// The 99th percentile of the gaps, in seconds.
    pub(crate) tail: Option<f64>,
    /// Whether requests waited: only then is throughput what the engine can do, and not what was asked of it.
    pub(crate) limited: bool,
    /// Requests that were given up before their first token.
    pub(crate) gave_up: u64,
    /// Requests that ended in an error or a panic.
    pub(crate) failed: u64,
}

impl Sample {
    /// `None` in a tick without evidence or without tokens.
    pub(crate) fn of(evidence: &Evidence) -> Option<Self> {
        let tokens = evidence.tokens?.get();
        let gap = evidence.inter_token?.as_secs();
        let usable = evidence.missing.is_none() && tokens > 0.0;
        usable.then(|| Self {
            tokens,
            gap,
            tail: evidence.inter_token_p99.map(Nanos::as_secs),
            limited: evidence.is_limited(),
            gave_up: evidence.gave_up,
            failed: evidence.failed,
        })
    }
}

/// The mean over the samples, in their order.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values {
        sum += value;
        n += 1.0;
    }
    (n > 0.0).then(|| sum / n)
}
