use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http_client::{begin_stream, get};
use crate::process::Process;

/// More tokens than can be generated before the client disconnects.
const MANY: u64 = 1_900;

fn long_request() -> Value {
    json!({ "model": "m15", "prompt": "Hello", "max_tokens": MANY, "stream": true })
}

#[test]
fn a_client_that_disconnects_frees_its_sequence_and_counts_as_cancelled() {
    let engine = Process::start(&["--no-load", "--variant", "m15"]);
    let stream = begin_stream(engine.serve, "/v1/completions", &long_request());
    let metrics = engine.metrics;
    assert_eq!(running(metrics), metrics.map(|_| 1));
    drop(stream);
    for _ in 0..1_000 {
        if running(metrics) != Some(1) {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    assert_eq!(running(metrics), metrics.map(|_| 0));
    let report = engine.finish();
    assert_eq!(report["clients"]["left"], 1, "{report}");
    assert!(
        report["clients"]["tokens"].as_u64().unwrap() < MANY,
        "{report}"
    );
    if metrics.is_some() {
        assert_eq!(report["measured"]["cancelled"], 1, "{report}");
        assert_eq!(report["exact"], true, "{report}");
    }
}

#[test]
fn running_requests_are_ended_and_counted_at_shutdown() {
    let engine = Process::start(&["--no-load", "--variant", "m15", "--workers", "1"]);
    let streams: Vec<_> = (0..6)
        .map(|_| begin_stream(engine.serve, "/v1/completions", &long_request()))
        .collect();
    let measured = engine.metrics.is_some();
    let report = engine.finish();
    drop(streams);
    assert_eq!(report["clients"]["sent"], 6, "{report}");
    if measured {
        assert_eq!(report["exact"], true, "{report}");
    }
}

fn running(metrics: Option<std::net::SocketAddr>) -> Option<u64> {
    let page = get(metrics?, "/metrics").body;
    let line = page
        .lines()
        .find(|line| line.starts_with("wf_num_requests_running{"));
    line?.rsplit(' ').next()?.parse().ok()
}
