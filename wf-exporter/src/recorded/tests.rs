use std::collections::BTreeMap;
use std::sync::Arc;

use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{
    CounterMetrics, FrameMetrics, GaugeMetrics, GenerationMetrics, HistogramMetrics, Outcomes,
    RequestHistogram, Snapshot, SpanMetrics, Target, Unit,
};
use wf_instrument::{Nanos, registry};

use super::*;
use crate::page;
use crate::text::encode;

/// Every sample line of the page, by what stands before its value.
fn written(metrics: &Metrics) -> BTreeMap<String, String> {
    let mut families = Families::default();
    super::metrics(metrics.clone(), &mut families);
    assert_eq!(families.refused(), 0);
    let page = encode(&families, 0);
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    let pair = |line: &str| {
        line.rsplit_once(' ')
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
    };
    samples.map(|line| pair(line).unwrap()).collect()
}

/// Each line of `samples` has to be on the page.
fn check(metrics: &Metrics, samples: &str) {
    let written = written(metrics);
    for sample in samples.trim().lines() {
        let (series, value) = sample.rsplit_once(' ').unwrap();
        assert_eq!(
            written.get(series).map(String::as_str),
            Some(value),
            "{series}\nin {written:#?}"
        );
    }
}

pub(crate) fn millis(samples: impl IntoIterator<Item = u64>) -> HistogramSnapshot {
    samples.into_iter().map(|ms| ms * 1_000_000).collect()
}

/// Requests of every outcome, with samples in every histogram.
pub(crate) fn generation(model: &str) -> GenerationMetrics {
    let mut row = GenerationMetrics::default();
    row.model = model.into();
    row.arrived = 12;
    row.rejected = 2;
    row.truncated = 1;
    row.outcomes = Outcomes {
        ok: 4,
        error: 3,
        cancelled: 2,
        panicked: 1,
    };
    row.waiting = 1;
    row.running = 1;
    row.oldest = Some(Nanos::from_millis(2_500));
    row.prompt_tokens = 70;
    row.tokens = 80;
    for which in RequestHistogram::ALL {
        row[which] = match which {
            RequestHistogram::Queue => millis([3]),
            RequestHistogram::Prefill => millis([117]),
            RequestHistogram::Decode => millis([880]),
            RequestHistogram::TimeToFirstToken => millis([120, 180, 900]),
            RequestHistogram::InterTokenLatency => millis([7]),
            RequestHistogram::TimePerOutputToken => millis([9]),
            RequestHistogram::EndToEnd => millis([1_000]),
            RequestHistogram::CancelledBeforeFirstToken => millis([5_000]),
            RequestHistogram::PromptTokensEach => [10, 60].into_iter().collect(),
            RequestHistogram::TokensEach => [80].into_iter().collect(),
            _ => millis([1]),
        };
    }
    row
}

/// A gauge, and a histogram of each unit.
pub(crate) fn application() -> Metrics {
    let histogram = |name: &str, unit, samples| {
        let mut row = HistogramMetrics::default();
        row.name = name.into();
        row.unit = unit;
        row.samples = samples;
        row
    };
    let mut batch = GaugeMetrics::default();
    batch.name = "batch".into();
    batch.value = 3.5;
    let mut metrics = Metrics::default();
    metrics.gauges = vec![batch];
    metrics.histograms = vec![
        histogram("batch_size", Unit::One, [8].into_iter().collect()),
        histogram("load_seconds", Unit::Nanos, millis([250])),
        histogram("upload_bytes", Unit::Bytes, [300].into_iter().collect()),
    ];
    metrics
}

fn of_generations(generations: Vec<GenerationMetrics>) -> Metrics {
    let mut metrics = Metrics::default();
    metrics.generations = generations;
    metrics
}

#[test]
fn a_generation_has_vllms_names() {
    check(&of_generations(vec![generation("llama")]), SAMPLES);
}

const SAMPLES: &str = r#"
wf_time_to_first_token_seconds_bucket{engine="0",model_name="llama",le="0.2"} 2
wf_time_to_first_token_seconds_bucket{engine="0",model_name="llama",le="1.0"} 3
wf_time_to_first_token_seconds_count{engine="0",model_name="llama"} 3
wf_time_to_first_token_seconds_sum{engine="0",model_name="llama"} 1.2
wf_inter_token_latency_seconds_bucket{engine="0",model_name="llama",le="0.008"} 1
wf_request_time_per_output_token_seconds_sum{engine="0",model_name="llama"} 0.009
wf_e2e_request_latency_seconds_sum{engine="0",model_name="llama"} 1
wf_request_queue_time_seconds_bucket{engine="0",model_name="llama",le="0.005"} 1
wf_request_cancelled_before_first_token_seconds_count{engine="0",model_name="llama"} 1
wf_request_prompt_tokens_bucket{engine="0",model_name="llama",le="10.0"} 1
wf_request_generation_tokens_sum{engine="0",model_name="llama"} 80
wf_prompt_tokens_total{engine="0",model_name="llama"} 70
wf_generation_tokens_total{engine="0",model_name="llama"} 80
wf_request_success_total{engine="0",finished_reason="stop",model_name="llama"} 3
wf_request_success_total{engine="0",finished_reason="length",model_name="llama"} 1
wf_request_success_total{engine="0",finished_reason="abort",model_name="llama"} 2
wf_request_success_total{engine="0",finished_reason="error",model_name="llama"} 2
wf_request_prefill_time_seconds_sum{engine="0",model_name="llama"} 0.117
wf_request_decode_time_seconds_sum{engine="0",model_name="llama"} 0.88
wf_time_per_output_token_seconds_sum{engine="0",model_name="llama"} 0.007
wf_request_failure_total{engine="0",error_type="error",model_name="llama"} 1
wf_request_failure_total{engine="0",error_type="turned_away",model_name="llama"} 2
wf_request_failure_total{engine="0",error_type="cancelled",model_name="llama"} 2
wf_request_failure_total{engine="0",error_type="panicked",model_name="llama"} 1
wf_num_requests_running{engine="0",model_name="llama"} 1
wf_num_requests_waiting{engine="0",model_name="llama"} 1
wf_oldest_request_age_seconds{engine="0",model_name="llama"} 2.5
"#;

#[test]
fn every_histogram_of_a_request_is_exported() {
    for which in RequestHistogram::ALL {
        let mut row = GenerationMetrics::default();
        row[which] = [1].into_iter().collect();
        let written = written(&of_generations(vec![row]));
        let mut counts = written
            .iter()
            .filter(|(series, _)| series.contains("_count{"));
        let found = counts.any(|(_, count)| count == "1");
        assert!(found, "{} has no family", which.name());
    }
}

#[test]
fn series_are_there_before_the_first_event() {
    let mut quiet = GenerationMetrics::default();
    quiet.model = "m".into();
    let quiet = of_generations(vec![quiet]);
    let busy = of_generations(vec![generation("m")]);
    let names = |metrics| written(metrics).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&quiet), names(&busy));
    assert!(written(&quiet).values().all(|value| value == "0"));
}

#[test]
fn a_target_is_a_bound_of_every_model() {
    let target = Target {
        quantile: 0.99,
        limit: Nanos::from_millis(350),
    };
    let mut declared = generation("a");
    declared.target = Some(target);
    check(
        &of_generations(vec![declared, generation("b")]),
        r#"
wf_time_to_first_token_seconds_bucket{engine="0",model_name="a",le="0.35"} 2
wf_time_to_first_token_seconds_bucket{engine="0",model_name="b",le="0.35"} 2
wf_request_cancelled_before_first_token_seconds_bucket{engine="0",model_name="b",le="0.35"} 0
"#,
    );
}

#[test]
fn a_span_has_every_outcome() {
    let span = {
        let mut row = SpanMetrics::default();
        row.span = "decode".into();
        row.in_flight = 2;
        row.ok = millis([4]);
        row.cancelled = millis([70_000]);
        row
    };
    check(
        &{
            let mut metrics = Metrics::default();
            metrics.spans = vec![span];
            metrics
        },
        r#"
wf_span_duration_seconds_bucket{outcome="ok",span="decode",le="0.005"} 1
wf_span_duration_seconds_bucket{outcome="cancelled",span="decode",le="60.0"} 0
wf_span_duration_seconds_bucket{outcome="cancelled",span="decode",le="+Inf"} 1
wf_span_duration_seconds_count{outcome="error",span="decode"} 0
wf_span_duration_seconds_count{outcome="panicked",span="decode"} 0
wf_spans_in_flight{span="decode"} 2
"#,
    );
}

#[test]
fn frames_are_counted_against_their_budget() {
    let frame = {
        let mut row = FrameMetrics::default();
        row.frame = "draw".into();
        row.late = 1;
        row.dropped = 2;
        row.duration = millis([4, 40]);
        row.target_fps = 60.0;
        row
    };
    check(
        &{
            let mut metrics = Metrics::default();
            metrics.frames = vec![frame];
            metrics
        },
        r#"
wf_frames_total{frame="draw"} 2
wf_frames_late_total{frame="draw"} 1
wf_frames_dropped_total{frame="draw"} 2
wf_frame_duration_seconds_bucket{frame="draw",le="0.016667"} 1
"#,
    );
}

#[test]
fn labels_of_annotated_code_stand_beside_those_of_its_family() {
    let label = || vec![("lane".into(), "fast".into())];
    let mut labelled = generation("a");
    labelled.labels = label();
    labelled.tokens = 7;
    let metrics = {
        let mut metrics = Metrics::default();
        metrics.generations = vec![labelled];
        metrics.spans = vec![{
            let mut row = SpanMetrics::default();
            row.span = "decode".into();
            row.labels = label();
            row.in_flight = 2;
            row
        }];
        metrics.frames = vec![{
            let mut row = FrameMetrics::default();
            row.frame = "draw".into();
            row.labels = label();
            row.late = 1;
            row
        }];
        metrics
    };
    check(
        &metrics,
        r#"
wf_generation_tokens_total{engine="0",lane="fast",model_name="a"} 7
wf_spans_in_flight{lane="fast",span="decode"} 2
wf_frames_late_total{frame="draw",lane="fast"} 1
"#,
    );
}

#[test]
fn the_application_keeps_its_own_names() {
    let label = |n: &str, v: &str| -> Vec<(Arc<str>, Arc<str>)> { vec![(n.into(), v.into())] };
    let counter = |v: &str, value| {
        let mut row = CounterMetrics::default();
        row.name = "cache_hits".into();
        row.labels = label("tier", v);
        row.value = value;
        row
    };
    let mut metrics = application();
    metrics.counters = vec![counter("disk", 1), counter("memory", 41)];
    metrics.orphan_tokens = 5;
    metrics.dropped = 6;
    check(
        &metrics,
        r#"
cache_hits_total{tier="disk"} 1
cache_hits_total{tier="memory"} 41
batch 3.5
batch_size_bucket{le="10.0"} 1
load_seconds_sum 0.25
upload_bytes_bucket{le="256.0"} 0
upload_bytes_bucket{le="1024.0"} 1
wf_orphan_tokens_total 5
wf_events_dropped_total 6
"#,
    );
}

#[test]
fn an_application_s_name_that_cannot_be_written_costs_only_its_series() {
    let counter = |name: &str| {
        let mut row = CounterMetrics::default();
        row.name = name.into();
        row
    };
    let metrics = {
        let mut metrics = Metrics::default();
        metrics.counters = vec![counter("bad name"), counter("good")];
        metrics
    };
    let families = replayed(metrics);
    assert_eq!(families.refused(), 1);
    assert!(encode(&families, 0).contains("\ngood_total 0\n"));
}

#[test]
fn a_label_that_cannot_be_written_costs_only_its_row() {
    for label in ["bad name", "job", "__x", "le", "slo", "model_name", "lane"] {
        let mut bad = generation("a");
        bad.labels = vec![(label.into(), "1".into()), ("lane".into(), "2".into())];
        let families = replayed(of_generations(vec![bad, generation("b")]));
        assert_eq!(families.refused(), 1, "{label}");
        let page = encode(&families, 0);
        assert!(page.contains("model_name=\"b\"") && !page.contains("model_name=\"a\""));
    }
}

/// The families of a snapshot that the registry has not checked.
fn replayed(metrics: Metrics) -> Families {
    let mut snapshot = Some(Snapshot::new(Nanos::ZERO, metrics));
    let source = Box::new(move || snapshot.take().unwrap());
    let mut families = Families::default();
    page::collect_recorded(Some(source))(&mut families).unwrap();
    families
}

#[test]
fn the_registry_refuses_every_label_of_the_catalogue() {
    let of_code = rows().filter(|row| row.labels_of_code);
    for label in of_code.flat_map(|row| row.labels) {
        let registered = registry::labelled_span("any", "", &[label.name]);
        assert!(registered.is_err(), "{}", label.name);
    }
}
