//! Real tools read the exported page: `promtool check metrics`, a Prometheus that scrapes, and the
//! parser of the reference client.
//!
//! They are found by `WF_PROMTOOL` and `WF_PROMETHEUS`, or on the path (Debian's package
//! `prometheus`), and by `WF_PYTHON`, a Python that has `prometheus-client`. A test whose tool is
//! missing prints SKIPPED and checks nothing.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};
use wf_exporter::Exporter;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{
    CounterMetrics, FrameMetrics, GaugeMetrics, GenerationMetrics, HistogramMetrics, Metrics,
    RequestHistogram, Snapshot, SpanMetrics, Target, Unit,
};

use self::support::{Prometheus, check_with_promtool, get, run, skipped, tool};

/// Metrics of every kind, after `n` requests of 20 tokens.
fn snapshot_of_each_kind(n: u64) -> Snapshot {
    let times: HistogramSnapshot = (0..n).map(|i| (i % 100 + 1) * 10_000_000).collect();
    let mut generation = GenerationMetrics::default();
    generation.model = AWKWARD.into();
    generation.tokens = 20 * n;
    generation[RequestHistogram::TimeToFirstToken] = times.clone();
    generation[RequestHistogram::InterTokenLatency] = times.clone();
    generation.target = Some(Target::new(0.99, 500_000_000));
    let label = |value: &str| -> Vec<(Arc<str>, Arc<str>)> { vec![("tier".into(), value.into())] };
    let counter = |value| {
        let mut row = CounterMetrics::default();
        row.name = "cache_hits".into();
        row.labels = label(value);
        row.value = n;
        row
    };
    let histogram = |name: &str, unit| {
        let mut row = HistogramMetrics::default();
        row.name = name.into();
        row.unit = unit;
        row.samples = times.clone();
        row
    };
    let metrics = {
        let mut metrics = Metrics::default();
        metrics.generations = vec![generation];
        metrics.spans = vec![{
            let mut row = SpanMetrics::default();
            row.span = "decode".into();
            row.ok = times.clone();
            row
        }];
        metrics.frames = vec![{
            let mut row = FrameMetrics::default();
            row.frame = "draw".into();
            row.duration = times.clone();
            row.target_fps = 60.0;
            row
        }];
        metrics.counters = vec![counter("disk"), counter("memory")];
        metrics.gauges = vec![{
            let mut row = GaugeMetrics::default();
            row.name = "batch".into();
            row.value = 1e-7;
            row
        }];
        metrics.histograms = vec![
            histogram("load_seconds", Unit::Nanos),
            histogram("upload_bytes", Unit::Bytes),
        ];
        metrics
    };
    Snapshot::new(wf_instrument::Nanos::ZERO, metrics)
}

/// A model's name that breaks the format if a character is not escaped.
const AWKWARD: &str = "a\"b\\n\\{le=\"1\"} 7\nc\u{2028}\t\r é \0 # HELP";

fn exporter() -> Exporter {
    let mut scrapes = 0;
    let source = move || {
        scrapes += 1;
        snapshot_of_each_kind(scrapes * 10)
    };
    Exporter::builder()
        .address(([127, 0, 0, 1], 0))
        .source(source)
        .start()
        .unwrap()
}

#[test]
fn promtool_reports_nothing() {
    let exporter = exporter();
    get(exporter.local_addr(), "/metrics");
    check_with_promtool(&get(exporter.local_addr(), "/metrics"));
}

#[test]
fn the_reference_client_reads_the_same_values() {
    let Some(python) = std::env::var_os("WF_PYTHON") else {
        return skipped("WF_PYTHON", "a Python with prometheus-client");
    };
    let page = get(exporter().local_addr(), "/metrics");
    let output = run(Command::new(python).args(["-c", READ]), &page);
    assert!(output.status.success(), "{output:?}");
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let check = |family: &str, kind: &str, sample: &str, labels: Value, value: f64| {
        let expected = json!([family, kind, sample, labels, value]);
        let found = read.as_array().unwrap().contains(&expected);
        assert!(found, "{expected} in {read:#}");
    };
    let model = || json!({"engine": "0", "model_name": AWKWARD});
    let bucket = json!({"engine": "0", "model_name": AWKWARD, "le": "0.08"});
    let tokens = "wf_generation_tokens";
    check(
        tokens,
        "counter",
        "wf_generation_tokens_total",
        model(),
        200.0,
    );
    let ttft = "wf_time_to_first_token_seconds";
    check(
        ttft,
        "histogram",
        "wf_time_to_first_token_seconds_count",
        model(),
        10.0,
    );
    check(
        ttft,
        "histogram",
        "wf_time_to_first_token_seconds_bucket",
        bucket,
        7.0,
    );
    check("batch", "gauge", "batch", json!({}), 1e-7);
}

/// Prints every sample that the parser finds on standard input, with its family's name and kind.
const READ: &str = "
import json, sys
from prometheus_client.parser import text_string_to_metric_families as read
page = sys.stdin.buffer.read().decode()
rows = [[f.name, f.type, s.name, s.labels, float(s.value)] for f in read(page) for s in f.samples]
print(json.dumps(rows))
";

#[test]
fn prometheus_stores_the_exported_values() {
    let Some(program) = tool("WF_PROMETHEUS", "prometheus") else {
        return;
    };
    let exporter = exporter();
    let prometheus = Prometheus::start(&program, exporter.local_addr());
    for name in [
        "wf_time_to_first_token_seconds_count",
        "wf_generation_tokens_total",
    ] {
        let first = prometheus.wait_until(name, |_| true);
        let later = prometheus.wait_until(name, |value| value > first);
        assert!(later > first);
    }
    let p50 = "histogram_quantile(0.5, wf_time_to_first_token_seconds_bucket)";
    prometheus.wait_until(p50, |value| value > 0.0);
    // One rule for every target: more requests miss it than its objective allows.
    let missed = "wf_slo_violations_total / wf_slo_requests_total > 1 - wf_slo_objective_ratio";
    prometheus.wait_until(missed, |share| share > 0.01);
    prometheus.wait_until("wf_slo_target_seconds{slo=\"ttft\"}", |limit| limit == 0.5);
    assert_eq!(
        prometheus.label("wf_generation_tokens_total", "model_name"),
        AWKWARD
    );
}
