use serde_json::{Value, json};

use crate::http_client::{Response, exchange, get, post, request};
use crate::process::Process;

/// Checks an error response: status, parameter, code, and a part of the message.
fn check(response: &Response, status: u16, param: Option<&str>, code: Option<&str>, words: &str) {
    assert_eq!(response.status, status, "{}", response.body);
    let error = &response.json()["error"];
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
        (json!({ "n": 2 }), "n", "one choice"),
        (json!({ "n": 0 }), "n", "integer of at least 1, but is 0"),
        (json!({ "temperature": "hot" }), "temperature", "a number"),
        (json!({ "temperature": -1 }), "temperature", "from 0"),
        (json!({ "top_p": 0 }), "top_p", "above 0"),
        (json!({ "seed": 0.5 }), "seed", "0.5"),
        (
            json!({ "stop": ["a", "b", "c", "d", "e"] }),
            "stop",
            "at most 4",
        ),
        (json!({ "stop": 7 }), "stop", "a string"),
        (json!({ "stop": ["a", null] }), "stop", "a string"),
        (json!({ "prompt": null }), "prompt", "missing"),
        (json!({ "prompt": "" }), "prompt", "empty"),
        (json!({ "prompt": [] }), "prompt", "empty"),
        (json!({ "prompt": ["a", "b"] }), "prompt", "2 prompts"),
        (json!({ "prompt": [[1], [2, 3]] }), "prompt", "2 prompts"),
        (json!({ "prompt": ["a", 1] }), "prompt", "a list of tokens"),
        (json!({ "prompt": [null] }), "prompt", "a list of tokens"),
        (json!({ "prompt": [-1] }), "prompt", "token numbers"),
        (
            json!({ "prompt": [4_000_000_000_u32] }),
            "prompt",
            "4000000000",
        ),
        (json!({ "stream": "yes" }), "stream", "true or false"),
        (
            json!({ "stream_options": { "include_usage": true } }),
            "stream_options",
            "stream = true",
        ),
        (
            json!({ "stream": true, "stream_options": { "include_usage": 1 } }),
            "stream_options",
            "stream_options.include_usage",
        ),
        (
            json!({ "stream": true, "stream_options": { "foo": 1 } }),
            "stream_options",
            "stream_options.foo is not supported",
        ),
        (
            json!({ "min_tokens": 17 }),
            "min_tokens",
            "max_tokens is 16",
        ),
        (json!({ "min_tokens": -1 }), "min_tokens", "at least 0"),
        (json!({ "ignore_eos": "no" }), "ignore_eos", "true or false"),
        (json!({ "model": null }), "model", "missing"),
        (json!({ "model": 5 }), "model", "a string"),
    ];
    for (with, param, words) in cases {
        let response = post(engine.serve, "/v1/completions", &completion(with));
        check(&response, 400, Some(param), None, words);
    }
}

#[test]
fn a_parameter_that_would_change_the_output_is_refused_and_never_ignored() {
    let engine = Process::start(&["--no-load"]);
    let cases = json!({
        "best_of": 2, "echo": true, "suffix": "!", "logprobs": 0, "top_logprobs": 1,
        "frequency_penalty": 0.5, "presence_penalty": -1, "repetition_penalty": 1.1,
        "logit_bias": { "5": -100 }, "stop_token_ids": [5], "top_k": 1, "min_p": 0.5,
        "response_format": { "type": "json_object" }, "guided_choice": ["yes", "no"],
        "structured_outputs": { "regex": "a+" }, "tools": [{ "type": "function" }],
        "tool_choice": "required", "skip_special_tokens": false, "not_yet_invented": false,
    });
    for (name, value) in cases.as_object().expect("an object") {
        let mut with = serde_json::Map::new();
        with.insert(name.clone(), value.clone());
        let response = post(engine.serve, "/v1/completions", &completion(with.into()));
        let words = format!("{name} is not supported by this engine: omit it");
        check(&response, 400, Some(name), None, &words);
    }
}

#[test]
fn the_same_cause_has_the_same_text() {
    let engine = Process::start(&["--no-load"]);
    for name in ["max_tokens", "max_completion_tokens"] {
        for value in [
            json!(-1),
            json!(0),
            json!(1.5),
            json!("5"),
            json!(true),
            json!([]),
        ] {
            let mut with = serde_json::Map::new();
            with.insert(name.to_owned(), value.clone());
            let response = post(engine.serve, "/v1/completions", &completion(with.into()));
            let words = format!("{name} must be an integer of at least 1, but is {value}");
            check(&response, 400, Some(name), None, &words);
        }
    }
    let two = completion(json!({ "max_tokens": 5, "max_completion_tokens": 6 }));
    let response = post(engine.serve, "/v1/completions", &two);
    check(&response, 400, Some("max_tokens"), None, "send one of them");
}

#[test]
fn bad_messages_are_refused_by_their_place() {
    let engine = Process::start(&["--no-load"]);
    let user = |content: Value| json!([{ "role": "user", "content": content }]);
    let cases = [
        (json!(null), "messages is missing"),
        (json!("hello"), "messages must be a list"),
        (json!([]), "at least one message"),
        (json!(["hello"]), "messages[0] must be an object"),
        (json!([{ "content": "x" }]), "messages[0].role is missing"),
        (
            json!([{ "role": "tool", "content": "x" }]),
            "messages[0].role must be system",
        ),
        (
            json!([{ "role": null, "content": "x" }]),
            "messages[0].role is missing",
        ),
        (
            json!([{ "role": "user" }]),
            "messages[0].content is missing",
        ),
        (user(json!(null)), "messages[0].content is missing"),
        (user(json!(5)), "messages[0].content must be a string"),
        (user(json!([null])), "messages[0].content[0] must be a part"),
        (
            user(json!([{ "type": "text", "text": null }])),
            "messages[0].content[0] must be a part",
        ),
        (
            user(json!([{ "type": "text", "text": "a" }, { "type": "image_url", "text": "b" }])),
            "messages[0].content[1] must be a part",
        ),
        (
            json!([{ "role": "user", "content": "a", "name": "Ada" }]),
            "messages[0].name is not supported",
        ),
        (
            json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "a" }]),
            "leaves out messages of the role system",
        ),
    ];
    for (messages, words) in cases {
        let body = json!({ "model": "tiny", "messages": messages });
        let response = post(engine.serve, "/v1/chat/completions", &body);
        check(&response, 400, Some("messages"), None, words);
    }
}

#[test]
fn a_request_beyond_the_context_is_refused_with_the_numbers() {
    let engine = Process::start(&["--no-load"]);
    let response = post(
        engine.serve,
        "/v1/completions",
        &completion(json!({ "max_tokens": 5000 })),
    );
    check(&response, 400, None, Some("context_length_exceeded"), "256");
}

#[test]
fn another_model_is_not_found() {
    let engine = Process::start(&["--no-load"]);
    let response = post(
        engine.serve,
        "/v1/completions",
        &completion(json!({ "model": "gpt-9" })),
    );
    check(
        &response,
        404,
        Some("model"),
        Some("model_not_found"),
        "tiny",
    );
    let response = get(engine.serve, "/v1/models/gpt-9");
    check(
        &response,
        404,
        Some("model"),
        Some("model_not_found"),
        "tiny",
    );
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
        let response = exchange(engine.serve, &request("/v1/completions", body));
        check(&response, 400, None, None, "JSON object");
    }
}

#[test]
fn a_body_of_another_type_or_too_large_is_refused() {
    let engine = Process::start(&["--no-load"]);
    let json = request("/v1/completions", "{}");
    for kind in ["text/plain", "application/jsonp"] {
        let other = json.replace("application/json", kind);
        check(
            &exchange(engine.serve, &other),
            415,
            None,
            None,
            "application/json",
        );
    }
    let packed = json.replace("content-length", "content-encoding: gzip\r\ncontent-length");
    let refused = exchange(engine.serve, &packed);
    check(&refused, 415, None, None, "content-encoding");
    let huge = request("/v1/completions", &" ".repeat(4 * 1024 * 1024));
    check(&exchange(engine.serve, &huge), 413, None, None, "262144");
}

#[test]
fn a_large_body_behind_expect_100_continue_is_refused_at_once() {
    let engine = Process::start(&["--no-load"]);
    let head = "POST /v1/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: application/json\r\nexpect: 100-continue\r\n\
                content-length: 9999999\r\n\r\n";
    check(&exchange(engine.serve, head), 413, None, None, "262144");
}
