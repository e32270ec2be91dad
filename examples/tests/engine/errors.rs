use serde_json::{Value, json};

use crate::client::{Answer, exchange, get, post, request};
use crate::process::Process;

/// A refusal in OpenAI's form: status, parameter, code, and words that say what is wrong.
fn check(answer: &Answer, status: u16, param: Option<&str>, code: Option<&str>, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let error = &answer.json()["error"];
    assert_eq!(error["param"], json!(param), "{error}");
    assert_eq!(error["code"], json!(code), "{error}");
    assert_eq!(error["type"], "invalid_request_error", "{error}");
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains(words), "{message}");
}

fn completion(with: Value) -> Value {
    let mut body = json!({ "model": "tiny", "prompt": "Hello" });
    let Value::Object(with) = with else {
        panic!("an object is needed")
    };
    body.as_object_mut().expect("an object").extend(with);
    body
}

#[test]
fn a_bad_parameter_is_refused_by_name() {
    let engine = Process::start(&["--no-load"]);
    let cases = [
        (json!({ "n": 2 }), "n", "one answer"),
        (
            json!({ "temperature": "hot" }),
            "temperature",
            "invalid type",
        ),
        (json!({ "temperature": -1 }), "temperature", "from 0"),
        (json!({ "top_p": 0 }), "top_p", "above 0"),
        (json!({ "max_tokens": -1 }), "max_tokens", "-1"),
        (json!({ "max_tokens": 0 }), "max_tokens", "at least one"),
        (json!({ "seed": 0.5 }), "seed", "0.5"),
        (
            json!({ "stop": ["a", "b", "c", "d", "e"] }),
            "stop",
            "at most 4",
        ),
        (json!({ "stop": 7 }), "stop", "expected a text"),
        (json!({ "prompt": null }), "prompt", "missing"),
        (
            json!({ "prompt": ["a", "b"] }),
            "prompt",
            "list of one text",
        ),
        (
            json!({ "prompt": [4_000_000_000_u32] }),
            "prompt",
            "4000000000",
        ),
        (json!({ "stream": "yes" }), "stream", "invalid type"),
        (
            json!({ "stream_options": { "include_usage": true } }),
            "stream_options",
            "stream = true",
        ),
        (json!({ "logprobs": 3 }), "logprobs", "not supported"),
        (json!({ "echo": true }), "echo", "not supported"),
        (json!({ "model": null }), "model", "missing"),
    ];
    for (with, param, words) in cases {
        let answer = post(engine.serve, "/v1/completions", &completion(with));
        check(&answer, 400, Some(param), None, words);
    }
}

#[test]
fn bad_messages_are_refused() {
    let engine = Process::start(&["--no-load"]);
    let cases = [
        (json!(null), "missing"),
        (json!("hello"), "invalid type"),
        (json!([{ "role": "tool", "content": "x" }]), "tool"),
        (json!([{ "role": "user" }]), "content"),
        (
            json!([{ "role": "user", "content": 5 }]),
            "expected content",
        ),
    ];
    for (messages, words) in cases {
        let body = json!({ "model": "tiny", "messages": messages });
        let answer = post(engine.serve, "/v1/chat/completions", &body);
        check(&answer, 400, Some("messages"), None, words);
    }
}

#[test]
fn what_the_model_cannot_see_is_refused_with_the_numbers() {
    let engine = Process::start(&["--no-load"]);
    let answer = post(
        engine.serve,
        "/v1/completions",
        &completion(json!({ "max_tokens": 5000 })),
    );
    check(&answer, 400, None, Some("context_length_exceeded"), "256");
    let empty = post(
        engine.serve,
        "/v1/completions",
        &completion(json!({ "prompt": [] })),
    );
    assert_eq!(empty.status, 400, "{}", empty.body);
}

#[test]
fn another_model_is_not_found() {
    let engine = Process::start(&["--no-load"]);
    let answer = post(
        engine.serve,
        "/v1/completions",
        &completion(json!({ "model": "gpt-9" })),
    );
    check(&answer, 404, Some("model"), Some("model_not_found"), "tiny");
    let answer = get(engine.serve, "/v1/models/gpt-9");
    check(&answer, 404, Some("model"), Some("model_not_found"), "tiny");
}

#[test]
fn other_paths_and_methods_are_refused_in_the_same_form() {
    let engine = Process::start(&["--no-load"]);
    check(
        &get(engine.serve, "/v2/models"),
        404,
        None,
        Some("unknown_url"),
        "/v1/models",
    );
    check(
        &get(engine.serve, "/v1/completions"),
        405,
        None,
        None,
        "POST",
    );
}

#[test]
fn a_body_that_is_no_json_object_is_refused() {
    let engine = Process::start(&["--no-load"]);
    for body in ["", "{", "[]", "\u{0}", r#"{"model":"tiny"} x"#] {
        let answer = exchange(engine.serve, &request("/v1/completions", body));
        check(&answer, 400, None, None, "JSON object");
    }
}

#[test]
fn a_body_of_another_type_or_too_large_is_refused() {
    let engine = Process::start(&["--no-load"]);
    let plain = request("/v1/completions", "{}").replace("application/json", "text/plain");
    check(
        &exchange(engine.serve, &plain),
        415,
        None,
        None,
        "application/json",
    );
    let huge = request("/v1/completions", &" ".repeat(256 * 1024 + 1));
    check(&exchange(engine.serve, &huge), 413, None, None, "262144");
}
