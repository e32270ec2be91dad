//! What the SDK knows, as plain values.

use serde::Serialize;

use crate::client::Counts;
use crate::quantiles::Quantiles;

/// The last seconds.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// Tokens a second.
    pub tokens_per_second: f64,
    /// From arrival to the first token.
    pub ttft: Quantiles,
    /// Between tokens.
    pub gap: Quantiles,
    /// What the machine does.
    pub machine: Vec<(&'static str, String)>,
    /// Where the governor stands.
    pub governed: GovernorStatus,
}

/// Where the governor stands.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GovernorStatus {
    /// `active`, `advisory` or `paused`.
    pub mode: &'static str,
    /// What there is too little of.
    pub bottleneck: &'static str,
    /// … and what says so.
    pub diagnosis: String,
    /// The batch size that was measured to be worth it, and why.
    pub batch_size: Option<String>,
    /// The hardware's tier, where its cores and memory are known.
    pub tier: Option<String>,
    /// The knobs.
    pub knobs: Vec<KnobPosition>,
    /// What keeps more from being done.
    pub bound_by: &'static str,
    /// Why it did at its last recent what it did.
    pub reason: String,
    /// The last move and its reason.
    pub last_move: Option<String>,
    /// Moves so far.
    pub moves: u64,
}

/// A knob.
#[derive(Clone, Debug, Serialize)]
pub struct KnobPosition {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub value: u64,
    /// Its lowest value.
    pub min: u64,
    /// Its highest value.
    pub max: u64,
}

/// Everything since the start.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MeasuredTotals {
    /// Requests that arrived.
    pub arrived: u64,
    /// … and were completed whole.
    pub ok: u64,
    /// … ended in an error, refusals included.
    pub error: u64,
    /// … were dropped by their client.
    pub cancelled: u64,
    /// … unwound.
    pub panicked: u64,
    /// Tokens of their prompts.
    pub prompt_tokens: u64,
    /// Tokens generated.
    pub tokens: u64,
    /// Until they were let in.
    pub queue_seconds: Quantiles,
    /// Until the first token.
    pub ttft_seconds: Quantiles,
    /// Between tokens.
    pub gap_seconds: Quantiles,
    /// Measurements that found no place.
    pub dropped: u64,
}

impl MeasuredTotals {
    /// Whether the clients, who counted by themselves, have the same numbers: to the last request and token.
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
