use serde_json::json;

use crate::client::{begin_stream, post};
use crate::process::Process;

#[test]
fn who_cannot_be_served_in_time_is_told_to_come_back() {
    let only_one = [
        "--no-load",
        "--variant",
        "m15",
        "--max-concurrent",
        "1",
        "--max-wait",
        "1ms",
        "--no-governor",
    ];
    let engine = Process::start(&only_one);
    let long = json!({ "model": "m15", "prompt": "Hello", "max_tokens": 1_900, "stream": true });
    let stream = begin_stream(engine.serve, "/v1/completions", &long);
    let answer = post(engine.serve, "/v1/completions", &long);
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(
        answer.headers.contains("retry-after: "),
        "{}",
        answer.headers
    );
    let error = &answer.json()["error"];
    assert_eq!(error["type"], "overloaded_error");
    assert_eq!(error["code"], "waited_too_long");
    drop(stream);
    let report = engine.finish();
    assert_eq!(report["clients"]["shed"], 1, "{report}");
}
