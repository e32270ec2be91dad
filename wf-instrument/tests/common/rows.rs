//! The row of one series in a new snapshot, and checks of its values.

use wf_instrument::Nanos;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{
    CounterMetrics, FrameMetrics, GaugeMetrics, GenerationMetrics, Snapshot, SpanMetrics,
};

pub(crate) fn span(name: &str) -> SpanMetrics {
    let rows = Snapshot::take().metrics.spans;
    only(rows, |row| &*row.span == name)
}

pub(crate) fn generation(model: &str) -> GenerationMetrics {
    let rows = Snapshot::take().metrics.generations;
    only(rows, |row| &*row.model == model)
}

pub(crate) fn frame(name: &str) -> FrameMetrics {
    let rows = Snapshot::take().metrics.frames;
    only(rows, |row| &*row.frame == name)
}

pub(crate) fn counter(name: &str) -> CounterMetrics {
    let rows = Snapshot::take().metrics.counters;
    only(rows, |row| &*row.name == name)
}

pub(crate) fn gauge(name: &str) -> GaugeMetrics {
    let rows = Snapshot::take().metrics.gauges;
    only(rows, |row| &*row.name == name)
}

fn only<T>(rows: Vec<T>, is_it: impl FnMut(&T) -> bool) -> T {
    let mut rows: Vec<T> = rows.into_iter().filter(is_it).collect::<Vec<_>>();
    assert_eq!(rows.len(), 1, "a series has one row");
    rows.remove(0)
}

/// Asserts that there are `count` samples, each of `millis` within 1 %: a bucket is 1/128 wide, and
/// the calibration is off by a millionth.
#[track_caller]
pub(crate) fn assert_samples(samples: &HistogramSnapshot, count: u64, millis: u64) {
    assert_eq!(samples.count(), count);
    for sample in [samples.min(), samples.max()] {
        let (sample, expected) = (sample.expect("a sample"), Nanos::from_millis(millis).get());
        assert!(
            sample.abs_diff(expected) <= expected / 100,
            "{sample} ns, not {millis} ms"
        );
    }
}

/// The counts of ok, error, cancelled and panicked.
pub(crate) fn outcome_counts(outcomes: wf_instrument::snapshot::Outcomes) -> [u64; 4] {
    [
        outcomes.ok,
        outcomes.error,
        outcomes.cancelled,
        outcomes.panicked,
    ]
}
