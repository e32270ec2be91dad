//! Measurements of the engine, as the metrics of a real one.

use wf_instrument::Nanos;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{GenerationMetrics, Metrics, RequestHistogram, Snapshot};

use crate::sequence::Sequence;

/// Cumulative metrics, and the samples that are not in them yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    metrics: GenerationMetrics,
    queue: Vec<u64>,
    first: Vec<u64>,
    latencies: Vec<u64>,
    ended: Vec<u64>,
    per_token: Vec<u64>,
    /// Number of requests that met the SLO.
    pub(crate) good: u64,
}

impl Recorder {
    pub(crate) const fn arrived(&mut self) {
        self.metrics.arrived += 1;
    }

    pub(crate) fn admitted(&mut self, waited: Nanos) {
        self.queue.push(waited.get());
    }

    pub(crate) fn token(&mut self, sequence: &Sequence, latency: Option<Nanos>) {
        self.metrics.tokens += 1;
        match latency {
            None => self.first.push(sequence.time_to_first_token().get()),
            Some(latency) => self.latencies.push(latency.get()),
        }
    }

    pub(crate) fn ended(&mut self, sequence: &Sequence, now: Nanos, good: bool) {
        self.metrics.outcomes.ok += 1;
        self.metrics.prompt_tokens += u64::from(sequence.prompt);
        self.ended.push(now.since(sequence.arrived).get());
        self.per_token.push(sequence.time_per_output_token().get());
        self.good += u64::from(good);
    }

    pub(crate) fn rejected(&mut self) {
        self.metrics.outcomes.error += 1;
        self.metrics.rejected += 1;
    }

    pub(crate) const fn done(&self) -> u64 {
        self.metrics.outcomes.ok
    }

    pub(crate) fn snapshot(&mut self, at: Nanos, waiting: usize, running: usize) -> Snapshot {
        let metrics = &mut self.metrics;
        for (which, samples) in [
            (RequestHistogram::Queue, &mut self.queue),
            (RequestHistogram::TimeToFirstToken, &mut self.first),
            (RequestHistogram::InterTokenLatency, &mut self.latencies),
            (RequestHistogram::EndToEnd, &mut self.ended),
            (RequestHistogram::TimePerOutputToken, &mut self.per_token),
        ] {
            absorb(&mut metrics[which], samples);
        }
        metrics.model = "m15".into();
        metrics.waiting = waiting as u64;
        metrics.running = running as u64;
        let generations = vec![metrics.clone()];
        Snapshot::new(at, {
            let mut metrics = Metrics::default();
            metrics.generations = generations;
            metrics
        })
    }
}

fn absorb(total: &mut HistogramSnapshot, samples: &mut Vec<u64>) {
    *total = total.plus(&samples.drain(..).collect());
}
