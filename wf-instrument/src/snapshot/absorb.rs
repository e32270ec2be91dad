//! Rows of one name become one row.

use super::metrics::{
    CounterMetrics, FrameMetrics, GenerationMetrics, Outcomes, SpanMetrics, Target,
};

impl GenerationMetrics {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.arrived = self.arrived.saturating_add(other.arrived);
        self.rejected = self.rejected.saturating_add(other.rejected);
        self.truncated = self.truncated.saturating_add(other.truncated);
        self.outcomes.absorb(other.outcomes);
        self.waiting = self.waiting.saturating_add(other.waiting);
        self.running = self.running.saturating_add(other.running);
        self.oldest = self.oldest.max(other.oldest);
        self.prompt_tokens = self.prompt_tokens.saturating_add(other.prompt_tokens);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.queue = self.queue.plus(&other.queue);
        self.prefill = self.prefill.plus(&other.prefill);
        self.decode = self.decode.plus(&other.decode);
        self.time_to_first_token = self.time_to_first_token.plus(&other.time_to_first_token);
        self.inter_token_latency = self.inter_token_latency.plus(&other.inter_token_latency);
        self.time_per_output_token = self
            .time_per_output_token
            .plus(&other.time_per_output_token);
        self.end_to_end = self.end_to_end.plus(&other.end_to_end);
        self.cancelled_before_first_token = self
            .cancelled_before_first_token
            .plus(&other.cancelled_before_first_token);
        self.prompt_tokens_each = self.prompt_tokens_each.plus(&other.prompt_tokens_each);
        self.tokens_each = self.tokens_each.plus(&other.tokens_each);
        self.target = stricter(self.target, other.target);
    }
}

/// Of the targets of two places, the shorter one.
fn stricter(one: Option<Target>, other: Option<Target>) -> Option<Target> {
    let both = one.into_iter().chain(other);
    both.min_by_key(|target| target.limit)
}

impl Outcomes {
    fn absorb(&mut self, other: Self) {
        self.ok = self.ok.saturating_add(other.ok);
        self.error = self.error.saturating_add(other.error);
        self.cancelled = self.cancelled.saturating_add(other.cancelled);
        self.panicked = self.panicked.saturating_add(other.panicked);
    }
}

impl SpanMetrics {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.in_flight = self.in_flight.saturating_add(other.in_flight);
        self.ok = self.ok.plus(&other.ok);
        self.error = self.error.plus(&other.error);
        self.cancelled = self.cancelled.plus(&other.cancelled);
        self.panicked = self.panicked.plus(&other.panicked);
        if self.help.is_empty() {
            self.help = other.help.clone();
        }
    }
}

impl FrameMetrics {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.late = self.late.saturating_add(other.late);
        self.dropped = self.dropped.saturating_add(other.dropped);
        self.duration = self.duration.plus(&other.duration);
        self.target_fps = self.target_fps.max(other.target_fps);
    }
}

impl CounterMetrics {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.value = self.value.saturating_add(other.value);
        if self.help.is_empty() {
            self.help = other.help.clone();
        }
    }
}
