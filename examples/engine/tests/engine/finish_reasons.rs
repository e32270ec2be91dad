//! Finish reasons and failures on the metrics page.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::http_client::{begin_stream, get, post};
use crate::process::Process;

const COMPLETIONS: &str = "/v1/completions";

fn value(engine: &Process, series: &str) -> Option<u64> {
    let page = get(engine.metrics?, "/metrics").body;
    let line = page.lines().find(|line| line.starts_with(series))?;
    line.rsplit(' ').next()?.parse().ok()
}

fn finished(engine: &Process, reason: &str) -> Option<u64> {
    let series = format!("wf_request_success_total{{engine=\"0\",finished_reason=\"{reason}\"");
    value(engine, &series)
}

fn wait_for(engine: &Process, reason: &str, expected: u64) {
    let measured = engine.metrics.map(|_| expected);
    for _ in 0..1_000 {
        if finished(engine, reason) == measured {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!(
        "{reason} is {:?}, not {measured:?}",
        finished(engine, reason)
    );
}

#[test]
fn the_counted_finish_reason_is_that_of_the_response() {
    let engine = Process::start(&["--no-load"]);
    let ask = |max_tokens: u64| {
        let prompt = "Q: What is the capital of France?\nA: ";
        let body = json!({ "model": "tiny", "prompt": prompt, "temperature": 0, "max_tokens": max_tokens });
        let response = post(engine.serve, COMPLETIONS, &body).json();
        response["choices"][0]["finish_reason"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(ask(100), "stop");
    assert_eq!([ask(2), ask(3)], ["length", "length"]);
    wait_for(&engine, "stop", 1);
    wait_for(&engine, "length", 2);
    wait_for(&engine, "abort", 0);
    wait_for(&engine, "error", 0);
}

#[test]
fn a_cancelled_request_counts_as_abort_and_one_ended_by_shutdown_as_error() {
    let engine = Process::start(&["--no-load", "--variant", "m15"]);
    let long = json!({ "model": "m15", "prompt": "Hello", "max_tokens": 1_900, "stream": true });
    drop(begin_stream(engine.serve, COMPLETIONS, &long));
    wait_for(&engine, "abort", 1);
    let measured = engine.metrics.is_some();
    let stream = begin_stream(engine.serve, COMPLETIONS, &long);
    let report = engine.finish();
    drop(stream);
    if measured {
        assert_eq!(report["measured"]["error"], 1, "{report}");
        assert_eq!(report["exact"], true, "{report}");
    }
}

#[test]
fn an_invalid_prompt_is_not_counted() {
    let engine = Process::start(&["--no-load"]);
    for prompt in [json!([72, 999_999]), json!(vec![72; 300]), json!([])] {
        let body = json!({ "model": "tiny", "prompt": prompt });
        assert_eq!(post(engine.serve, COMPLETIONS, &body).status, 400);
    }
    let none = engine.metrics.map(|_| 0);
    for reason in ["stop", "length", "abort", "error"] {
        assert_eq!(finished(&engine, reason), none, "{reason}");
    }
    let failures = "wf_request_failure_total{engine=\"0\",error_type=\"error\"";
    assert_eq!(value(&engine, failures), none);
    let report = engine.finish();
    assert_eq!(report["clients"]["sent"], 0, "{report}");
}

#[test]
fn the_prompt_of_a_rejected_request_is_not_counted() {
    let engine = Process::start(&[
        "--no-load",
        "--variant",
        "m15",
        "--max-concurrent",
        "1",
        "--max-wait",
        "1ms",
        "--advisory",
    ]);
    let long = json!({ "model": "m15", "prompt": [5, 6, 7], "max_tokens": 1_900, "stream": true });
    let stream = begin_stream(engine.serve, COMPLETIONS, &long);
    for _ in 0..3 {
        assert_eq!(post(engine.serve, COMPLETIONS, &long).status, 503);
    }
    let measured = |n: u64| engine.metrics.map(|_| n);
    assert_eq!(value(&engine, "wf_prompt_tokens_total{"), measured(3));
    let refused = "wf_request_failure_total{engine=\"0\",error_type=\"turned_away\"";
    assert_eq!(value(&engine, refused), measured(3));
    assert_eq!(finished(&engine, "error"), measured(0));
    drop(stream);
    wait_for(&engine, "abort", 1);
}
