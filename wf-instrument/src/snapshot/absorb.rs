//! Rows of one name become one row.

use super::totals::{CounterTotals, FrameTotals, GenerationTotals, Outcomes, SpanTotals};

impl GenerationTotals {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.arrived += other.arrived;
        self.outcomes.absorb(other.outcomes);
        self.waiting += other.waiting;
        self.running += other.running;
        self.oldest = self.oldest.max(other.oldest);
        self.prompt_tokens += other.prompt_tokens;
        self.tokens += other.tokens;
        self.queue = self.queue.plus(&other.queue);
        self.time_to_first_token = self.time_to_first_token.plus(&other.time_to_first_token);
        self.inter_token = self.inter_token.plus(&other.inter_token);
        self.per_output_token = self.per_output_token.plus(&other.per_output_token);
        self.end_to_end = self.end_to_end.plus(&other.end_to_end);
        self.gave_up = self.gave_up.plus(&other.gave_up);
        self.prompt_tokens_each = self.prompt_tokens_each.plus(&other.prompt_tokens_each);
        self.tokens_each = self.tokens_each.plus(&other.tokens_each);
        self.target = self.target.or(other.target);
    }
}

impl Outcomes {
    fn absorb(&mut self, other: Self) {
        self.ok += other.ok;
        self.error += other.error;
        self.cancelled += other.cancelled;
        self.panicked += other.panicked;
    }
}

impl SpanTotals {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.in_flight += other.in_flight;
        self.ok = self.ok.plus(&other.ok);
        self.error = self.error.plus(&other.error);
        self.cancelled = self.cancelled.plus(&other.cancelled);
        self.panicked = self.panicked.plus(&other.panicked);
        if self.help.is_empty() {
            self.help = other.help.clone();
        }
    }
}

impl FrameTotals {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.late += other.late;
        self.dropped += other.dropped;
        self.duration = self.duration.plus(&other.duration);
        self.target_fps = self.target_fps.max(other.target_fps);
    }
}

impl CounterTotals {
    pub(super) fn absorb(&mut self, other: &Self) {
        self.value = self.value.wrapping_add(other.value);
    }
}
