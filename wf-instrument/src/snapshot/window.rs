//! A moment, and what happened between two moments.

use super::metrics::{
    CounterMetrics, FrameMetrics, GenerationMetrics, HistogramMetrics, Metrics, Outcomes,
    SpanMetrics,
};
use crate::units::Nanos;

/// Everything recorded up to a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// When it was taken, on this process's clock ([`clock::now`](crate::clock::now)).
    pub at: Nanos,
    /// Everything since the process began.
    pub metrics: Metrics,
}

/// Everything recorded between two moments.
///
/// ```
/// use wf_instrument::snapshot::{Snapshot, Window};
///
/// let before = Snapshot::take();
/// let window = Window::between(&before, &Snapshot::take());
/// assert_eq!(window.begin, before.at);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// The earlier moment.
    pub begin: Nanos,
    /// The later moment.
    pub end: Nanos,
    /// What was recorded between them; present states (in flight, gauges) are those of the later moment.
    pub metrics: Metrics,
}

impl Window {
    /// What `later` has over `earlier`. A series that did not exist earlier counts from zero.
    #[must_use]
    pub fn between(earlier: &Snapshot, later: &Snapshot) -> Self {
        Self {
            begin: earlier.at,
            end: later.at,
            metrics: later.metrics.since(&earlier.metrics),
        }
    }

    /// How long it lasts.
    #[must_use]
    pub const fn length(&self) -> Nanos {
        self.end.since(self.begin)
    }
}

impl Metrics {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            generations: rows(
                &self.generations,
                &earlier.generations,
                |r| (&r.model, &r.labels),
                GenerationMetrics::since,
            ),
            spans: rows(
                &self.spans,
                &earlier.spans,
                |r| (&r.span, &r.labels),
                SpanMetrics::since,
            ),
            frames: rows(
                &self.frames,
                &earlier.frames,
                |r| (&r.frame, &r.labels),
                FrameMetrics::since,
            ),
            counters: rows(
                &self.counters,
                &earlier.counters,
                |r| (&r.name, &r.labels),
                CounterMetrics::since,
            ),
            gauges: self.gauges.clone(),
            histograms: rows(
                &self.histograms,
                &earlier.histograms,
                |r| (&r.name, &r.labels),
                HistogramMetrics::since,
            ),
            orphan_tokens: self.orphan_tokens.saturating_sub(earlier.orphan_tokens),
            dropped: self.dropped.saturating_sub(earlier.dropped),
        }
    }
}

/// Each later row less the earlier row of the same key. Both lists are sorted by it.
fn rows<'a, T: Clone, K: Ord>(
    later: &'a [T],
    earlier: &'a [T],
    key: impl Fn(&'a T) -> K,
    since: impl Fn(&T, &T) -> T,
) -> Vec<T> {
    let less = |row: &'a T| match earlier.binary_search_by_key(&key(row), &key) {
        Ok(found) => since(row, &earlier[found]),
        Err(_) => row.clone(),
    };
    later.iter().map(less).collect()
}

impl GenerationMetrics {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            model: self.model.clone(),
            help: self.help.clone(),
            labels: self.labels.clone(),
            arrived: self.arrived.saturating_sub(earlier.arrived),
            rejected: self.rejected.saturating_sub(earlier.rejected),
            truncated: self.truncated.saturating_sub(earlier.truncated),
            outcomes: self.outcomes.since(earlier.outcomes),
            prompt_tokens: self.prompt_tokens.saturating_sub(earlier.prompt_tokens),
            tokens: self.tokens.saturating_sub(earlier.tokens),
            queue: self.queue.minus(&earlier.queue),
            prefill: self.prefill.minus(&earlier.prefill),
            decode: self.decode.minus(&earlier.decode),
            time_to_first_token: self.time_to_first_token.minus(&earlier.time_to_first_token),
            inter_token_latency: self.inter_token_latency.minus(&earlier.inter_token_latency),
            time_per_output_token: self
                .time_per_output_token
                .minus(&earlier.time_per_output_token),
            end_to_end: self.end_to_end.minus(&earlier.end_to_end),
            cancelled_before_first_token: self
                .cancelled_before_first_token
                .minus(&earlier.cancelled_before_first_token),
            prompt_tokens_each: self.prompt_tokens_each.minus(&earlier.prompt_tokens_each),
            tokens_each: self.tokens_each.minus(&earlier.tokens_each),
            ..*self
        }
    }
}

impl Outcomes {
    const fn since(self, earlier: Self) -> Self {
        Self {
            ok: self.ok.saturating_sub(earlier.ok),
            error: self.error.saturating_sub(earlier.error),
            cancelled: self.cancelled.saturating_sub(earlier.cancelled),
            panicked: self.panicked.saturating_sub(earlier.panicked),
        }
    }
}

impl SpanMetrics {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            span: self.span.clone(),
            help: self.help.clone(),
            labels: self.labels.clone(),
            in_flight: self.in_flight,
            ok: self.ok.minus(&earlier.ok),
            error: self.error.minus(&earlier.error),
            cancelled: self.cancelled.minus(&earlier.cancelled),
            panicked: self.panicked.minus(&earlier.panicked),
        }
    }
}

impl FrameMetrics {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            frame: self.frame.clone(),
            help: self.help.clone(),
            labels: self.labels.clone(),
            late: self.late.saturating_sub(earlier.late),
            dropped: self.dropped.saturating_sub(earlier.dropped),
            duration: self.duration.minus(&earlier.duration),
            ..*self
        }
    }
}

impl CounterMetrics {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            value: self.value.saturating_sub(earlier.value),
            ..self.clone()
        }
    }
}

impl HistogramMetrics {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            samples: self.samples.minus(&earlier.samples),
            ..self.clone()
        }
    }
}
