//! Metrics and the governor's state as plain values.

use serde::Serialize;

use crate::client::Counts;
use crate::quantiles::Quantiles;

/// Metrics of the last seconds.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// Tokens per second; `None` before a window has a length.
    pub tokens_per_second: Option<f64>,
    /// Time to first token.
    pub ttft: Quantiles,
    /// Inter-token latency.
    pub itl: Quantiles,
    /// Rows about the machine: name and text.
    pub machine: Vec<(&'static str, String)>,
    /// State of the governor.
    pub governor: GovernorStatus,
}

/// State of the governor.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GovernorStatus {
    /// `active`, `advisory`, `paused` or `stopped`.
    pub mode: &'static str,
    /// The bottleneck.
    pub bottleneck: &'static str,
    /// The readings that support it.
    pub diagnosis: String,
    /// The suggested batch size and its reason.
    pub batch_size: Option<String>,
    /// Hardware tier; `None` while cores or memory are unknown.
    pub tier: Option<String>,
    /// Positions of the knobs.
    pub knobs: Vec<KnobPosition>,
    /// The limit that keeps the governor from a further move.
    pub bound_by: &'static str,
    /// Reason of the last decision.
    pub reason: String,
    /// The last move and its reason.
    pub last_move: Option<String>,
    /// Number of moves.
    pub moves: u64,
}

/// Position of a knob.
#[derive(Clone, Debug, Serialize)]
pub struct KnobPosition {
    /// Name of the knob.
    pub name: String,
    /// Current value; the last known one if there is an error.
    pub value: u64,
    /// Reason why the knob cannot be used.
    pub error: Option<String>,
    /// Lowest value.
    pub min: u64,
    /// Highest value.
    pub max: u64,
}

/// Metrics since the start.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MeasuredTotals {
    /// Requests that arrived.
    pub arrived: u64,
    /// Requests that completed.
    pub ok: u64,
    /// Requests that failed, rejected ones included.
    pub error: u64,
    /// Requests that their client cancelled.
    pub cancelled: u64,
    /// Requests that panicked.
    pub panicked: u64,
    /// Prompt tokens.
    pub prompt_tokens: u64,
    /// Generated tokens.
    pub tokens: u64,
    /// Queue time: from arrival to admission.
    pub queue_seconds: Quantiles,
    /// Time to first token.
    pub ttft_seconds: Quantiles,
    /// Inter-token latency.
    #[serde(rename = "gap_seconds")]
    pub itl_seconds: Quantiles,
    /// Events that could not be recorded.
    pub dropped: u64,
}

impl MeasuredTotals {
    /// True if the clients, who count independently, have the same numbers of requests and tokens.
    #[must_use]
    pub const fn equals(&self, clients: &Counts) -> bool {
        self.arrived == clients.sent
            && self.ok == clients.completed
            && self.error + self.panicked == clients.rejected + clients.failed
            && self.cancelled == clients.cancelled
            && self.prompt_tokens == clients.prompt_tokens
            && self.tokens == clients.tokens
            && self.dropped == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_of_difference_is_not_exact() {
        let measured = MeasuredTotals {
            arrived: 6,
            ok: 2,
            error: 3,
            cancelled: 1,
            prompt_tokens: 60,
            tokens: 40,
            ..MeasuredTotals::default()
        };
        let clients = Counts {
            sent: 6,
            completed: 2,
            rejected: 2,
            failed: 1,
            cancelled: 1,
            prompt_tokens: 60,
            tokens: 40,
        };
        assert!(measured.equals(&clients));
        let tokens = clients.tokens + 1;
        assert!(!measured.equals(&Counts { tokens, ..clients }));
    }
}
