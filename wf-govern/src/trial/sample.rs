//! Sample of a trial: one tick of one arm.

use crate::evidence::{Evidence, RequestEvidence};
use crate::stats::Observation;
use wf_instrument::Nanos;

/// One tick of one arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Throughput in tokens/s, tail latency, and whether requests waited.
    pub(crate) observation: Observation,
    /// Mean inter-token latency in seconds.
    pub(crate) inter_token_latency: f64,
    /// Number of requests that were cancelled before their first token.
    pub(crate) cancelled_before_first_token: u64,
    /// Number of requests that ended in an error or a panic.
    pub(crate) failed: u64,
}

impl Sample {
    /// `None` in a tick without evidence or without tokens.
    pub(crate) fn of(evidence: &Evidence, requests: &RequestEvidence) -> Option<Self> {
        let rate = requests.tokens?.get();
        let inter_token_latency = requests.inter_token_latency?.as_secs();
        let usable = evidence.missing.is_none() && rate > 0.0;
        usable.then(|| Self {
            observation: Observation {
                rate,
                tail: requests.inter_token_latency_p99.map(Nanos::as_secs),
                limited: requests.is_limited(),
            },
            inter_token_latency,
            cancelled_before_first_token: requests.cancelled_before_first_token,
            failed: requests.failed,
        })
    }
}
