//! What a snapshot says of one series.

use wf_instrument::Nanos;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{
    CounterMetrics, FrameMetrics, GaugeMetrics, GenerationMetrics, Snapshot, SpanMetrics,
};

pub(crate) fn span(name: &str) -> SpanMetrics {
    let rows = Snapshot::take().metrics.spans;
    one(rows, |row| &*row.span == name)
}

pub(crate) fn generation(model: &str) -> GenerationMetrics {
    let rows = Snapshot::take().metrics.generations;
    one(rows, |row| &*row.model == model)
}

pub(crate) fn frame(name: &str) -> FrameMetrics {
    let rows = Snapshot::take().metrics.frames;
    one(rows, |row| &*row.frame == name)
}

pub(crate) fn counter(name: &str) -> CounterMetrics {
    let rows = Snapshot::take().metrics.counters;
    one(rows, |row| &*row.name == name)
}

pub(crate) fn gauge(name: &str) -> GaugeMetrics {
    let rows = Snapshot::take().metrics.gauges;
    one(rows, |row| &*row.name == name)
}

fn one<T>(rows: Vec<T>, is_it: impl FnMut(&T) -> bool) -> T {
    let mut rows: Vec<T> = rows.into_iter().filter(is_it).collect::<Vec<_>>();
    assert_eq!(rows.len(), 1, "a series has one row");
    rows.remove(0)
}

/// Every sample is `millis` long, within the 1/128 of a bucket and the millionth of the calibration.
#[track_caller]
pub(crate) fn assert_all(samples: &HistogramSnapshot, count: u64, millis: u64) {
    assert_eq!(samples.count(), count);
    for told in [samples.min(), samples.max()] {
        let (told, expected) = (told.expect("a sample"), Nanos::from_millis(millis).get());
        assert!(
            told.abs_diff(expected) <= expected / 100,
            "{told} ns, not {millis} ms"
        );
    }
}

/// Ok, error, cancelled, panicked.
pub(crate) fn ends(outcomes: wf_instrument::snapshot::Outcomes) -> [u64; 4] {
    [
        outcomes.ok,
        outcomes.error,
        outcomes.cancelled,
        outcomes.panicked,
    ]
}
