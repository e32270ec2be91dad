use serde_json::json;

use crate::http_client::{begin_stream, post};
use crate::process::Process;

#[test]
fn a_request_rejected_in_the_queue_has_retry_after() {
    let only_one = [
        "--no-load",
        "--variant",
        "m15",
        "--max-concurrent",
        "1",
        "--max-wait",
        "1ms",
        "--advisory",
    ];
    let engine = Process::start(&only_one);
    let long = json!({ "model": "m15", "prompt": "Hello", "max_tokens": 1_900, "stream": true });
    let stream = begin_stream(engine.serve, "/v1/completions", &long);
    let response = post(engine.serve, "/v1/completions", &long);
    assert_eq!(response.status, 503, "{}", response.body);
    assert!(
        response.headers.contains("retry-after: "),
        "{}",
        response.headers
    );
    let error = &response.json()["error"];
    assert_eq!(error["type"], "overloaded_error");
    assert_eq!(error["code"], "waited_too_long");
    drop(stream);
    let report = engine.finish();
    assert_eq!(report["clients"]["shed"], 1, "{report}");
}
