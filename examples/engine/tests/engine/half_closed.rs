//! Clients that close their sending side after the request, and clients that are gone.

use std::io::Read;
use std::net::Shutdown;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http_client::{get, request, send};
use crate::process::Process;

const COMPLETIONS: &str = "/v1/completions";

fn ask(model: &str, max_tokens: u64, stream: bool) -> Value {
    json!({ "model": model, "prompt": "Hello", "max_tokens": max_tokens, "stream": stream })
}

#[test]
fn a_client_that_closes_its_sending_side_gets_its_response() {
    let engine = Process::start(&["--no-load", "--variant", "m15"]);
    for (stream, last) in [(false, "}"), (true, "data: [DONE]\n\n")] {
        let body = ask("m15", 100, stream).to_string();
        let mut connection = send(engine.serve, &request(COMPLETIONS, &body));
        connection
            .shutdown(Shutdown::Write)
            .expect("it is connected");
        let mut response = String::new();
        connection
            .read_to_string(&mut response)
            .expect("text comes");
        assert!(response.starts_with("HTTP/1.0 200 "), "{response}");
        assert!(response.ends_with(last), "{response}");
    }
    let report = engine.finish();
    assert_eq!(report["clients"]["answered"], 2, "{report}");
}

#[test]
fn a_client_that_disconnects_while_waiting_ends_its_request() {
    let engine = Process::start(&["--no-load", "--variant", "m15"]);
    let Some(metrics) = engine.metrics else {
        return;
    };
    let body = ask("m15", 1_900, false).to_string();
    let connection = send(engine.serve, &request(COMPLETIONS, &body));
    let is = |series: &str, value: u64| {
        let page = get(metrics, "/metrics").body;
        let mut lines = page.lines().filter(|line| line.starts_with(series));
        lines.any(|line| line.ends_with(&format!(" {value}")))
    };
    let wait_for = |series: &str| {
        let done = (0..1_000).any(|_| {
            sleep(Duration::from_millis(20));
            is(series, 1)
        });
        assert!(done, "{series}");
    };
    wait_for("wf_num_requests_running{");
    drop(connection);
    wait_for("wf_request_success_total{engine=\"0\",finished_reason=\"abort\"");
    let report = engine.finish();
    assert_eq!(report["clients"]["left"], 1, "{report}");
    let tokens = report["clients"]["tokens"].as_u64().expect("a count");
    assert!(tokens < 1_900, "{report}");
}
