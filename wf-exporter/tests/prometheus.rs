//! The real tools read what we write: `promtool check metrics`, a Prometheus that scrapes, and the reference client's parser.
//!
//! They are found by `WF_PROMTOOL` and `WF_PROMETHEUS`, or on the path (Debian's package `prometheus`), and by `WF_PYTHON`, a Python
//! that has `prometheus-client`. Where they are missing, the tests say so and prove nothing.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wf_exporter::Exporter;
use wf_instrument::histogram::Frozen;
use wf_instrument::snapshot::{
    CounterTotals, FrameTotals, GaugeTotals, GenerationTotals, HistogramTotals, Snapshot,
    SpanTotals, Totals, Unit,
};

/// Everything there is to export, after `n` requests of 20 tokens.
fn everything(n: u64) -> Snapshot {
    let times: Frozen = (0..n).map(|i| (i % 100 + 1) * 10_000_000).collect();
    let generation = GenerationTotals {
        model: AWKWARD.into(),
        tokens: 20 * n,
        time_to_first_token: times.clone(),
        inter_token: times.clone(),
        ..GenerationTotals::default()
    };
    let label = |value: &str| -> Vec<(Arc<str>, Arc<str>)> { vec![("tier".into(), value.into())] };
    let counter = |value| CounterTotals {
        name: "cache_hits".into(),
        labels: label(value),
        value: n,
        ..CounterTotals::default()
    };
    let histogram = |name: &str, unit| HistogramTotals {
        name: name.into(),
        unit,
        samples: times.clone(),
        ..HistogramTotals::default()
    };
    let totals = Totals {
        generations: vec![generation],
        spans: vec![SpanTotals {
            span: "decode".into(),
            ok: times.clone(),
            ..SpanTotals::default()
        }],
        frames: vec![FrameTotals {
            frame: "draw".into(),
            duration: times.clone(),
            ..FrameTotals::default()
        }],
        counters: vec![counter("disk"), counter("memory")],
        gauges: vec![GaugeTotals {
            name: "batch".into(),
            value: 1e-7,
            ..GaugeTotals::default()
        }],
        histograms: vec![
            histogram("load_seconds", Unit::Nanos),
            histogram("upload_bytes", Unit::Bytes),
        ],
        ..Totals::default()
    };
    Snapshot {
        totals,
        ..Snapshot::default()
    }
}

/// A model's name that a format would break on if anything were not escaped.
const AWKWARD: &str = "a\"b\\n\\{le=\"1\"} 7\nc\u{2028}\t\r é \0 # HELP";

fn exporter() -> Exporter {
    let mut scrapes = 0;
    let source = move || {
        scrapes += 1;
        everything(scrapes * 10)
    };
    Exporter::builder()
        .address(([127, 0, 0, 1], 0))
        .source(source)
        .start()
        .unwrap()
}

#[test]
fn promtool_finds_nothing_to_complain_about() {
    let Some(promtool) = tool("WF_PROMTOOL", "promtool") else {
        return;
    };
    let exporter = exporter();
    get(exporter.local_addr(), "/metrics");
    let page = get(exporter.local_addr(), "/metrics");
    let said = run(Command::new(promtool).args(["check", "metrics"]), &page);
    assert!(
        said.status.success() && said.stdout.is_empty() && said.stderr.is_empty(),
        "{said:?}"
    );
}

#[test]
fn the_reference_client_reads_the_same_values() {
    let Some(python) = std::env::var_os("WF_PYTHON") else {
        return skipped("WF_PYTHON", "a Python with prometheus-client");
    };
    let page = get(exporter().local_addr(), "/metrics");
    let said = run(Command::new(python).args(["-c", READ]), &page);
    assert!(said.status.success(), "{said:?}");
    let read: Value = serde_json::from_slice(&said.stdout).unwrap();
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
print(json.dumps([[f.name, f.type, s.name, s.labels, float(s.value)] for f in read(page) for s in f.samples]))
";

fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn prometheus_holds_what_was_exported() {
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
    assert_eq!(
        prometheus.label("wf_generation_tokens_total", "model_name"),
        AWKWARD
    );
}

struct Prometheus {
    child: Child,
    address: SocketAddr,
}

impl Prometheus {
    fn start(program: &Path, target: SocketAddr) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("prometheus-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = folder.join("prometheus.yml");
        std::fs::write(
            &config,
            format!(
                "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
                 scrape_configs: [{{job_name: wf, static_configs: [{{targets: ['{target}']}}]}}]\n"
            ),
        )
        .unwrap();
        let address = free_address();
        let child = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, address }
    }

    /// Asks until the only series of `query` has a value that will do.
    fn wait_until(&self, query: &str, will_do: impl Fn(f64) -> bool) -> f64 {
        let begin = Instant::now();
        loop {
            let answer = self.query(query);
            let value = answer.as_ref().and_then(|answer| {
                answer
                    .pointer("/data/result/0/value/1")?
                    .as_str()?
                    .parse()
                    .ok()
            });
            match value {
                Some(value) if will_do(value) => return value,
                _ => assert!(begin.elapsed() < DEADLINE, "{query}: {answer:?}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn label(&self, query: &str, label: &str) -> String {
        let answer = self.query(query).unwrap();
        let found = answer.pointer(&format!("/data/result/0/metric/{label}"));
        found.and_then(Value::as_str).unwrap().to_owned()
    }

    /// `None` while it is not up.
    fn query(&self, query: &str) -> Option<Value> {
        TcpStream::connect(self.address).ok()?;
        let query = query.replace(' ', "%20");
        serde_json::from_str(&get(self.address, &format!("/api/v1/query?query={query}"))).ok()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _gone_anyway = self.child.kill();
        let _gone_anyway = self.child.wait();
    }
}

/// A start of Prometheus and two scrapes take about three seconds; only a failing test waits longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// Prometheus does not tell which port it was given, so it is given one that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// The body of the answer. HTTP/1.0, so that it is not sent in chunks.
fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
        .split_once("\r\n\r\n")
        .map_or(String::new(), |(_, body)| body.to_owned())
}

fn tool(variable: &str, name: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = named.or_else(|| on_path.find(|file| file.is_file()));
    if found.is_none() {
        skipped(variable, name);
    }
    found
}

#[expect(
    clippy::print_stderr,
    reason = "a test that proves nothing must say so"
)]
fn skipped(variable: &str, tool: &str) {
    eprintln!("SKIPPED: {tool} is not here, and {variable} does not say where it is");
}
