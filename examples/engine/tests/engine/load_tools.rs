//! Requests as clients and load tools send them.

use serde_json::{Value, json};

use crate::http_client::{exchange, get, post, request};
use crate::openai::{CHAT, COMPLETIONS, prompt, question};
use crate::process::Process;

#[test]
fn a_load_tool_can_fix_the_length_of_a_generation() {
    let engine = Process::start(&["--no-load"]);
    let length = |with: Value| {
        let response = post(engine.serve, CHAT, &question(with)).json();
        let choice = &response["choices"][0];
        let reason = choice["finish_reason"].as_str().unwrap().to_owned();
        (
            response["usage"]["completion_tokens"].as_u64().unwrap(),
            reason,
        )
    };
    let (own, reason) = length(json!({ "max_tokens": 60 }));
    assert!(own < 60 && reason == "stop", "{own} {reason}");
    let fixed = (60, "length".to_owned());
    assert_eq!(
        length(json!({ "max_tokens": 60, "ignore_eos": true })),
        fixed
    );
    assert_eq!(length(json!({ "max_tokens": 60, "min_tokens": 60 })), fixed);
    let (longer, reason) = length(json!({ "max_tokens": 90, "min_tokens": own + 3 }));
    assert!(longer >= own + 3, "{longer} {reason}");
    let first = json!({ "max_tokens": 20, "min_tokens": 9, "stop": ["a", "e", "i", "o", " "] });
    assert!(post(engine.serve, CHAT, &question(first.clone())).status == 400);
    let first = json!({ "max_tokens": 20, "min_tokens": 9, "stop": ["a", "e", "i", " "] });
    assert!(length(first).0 > 9, "a stop text ended it too early");
}

#[test]
fn health_responds_once_requests_are_served() {
    let engine = Process::start(&["--no-load"]);
    assert_eq!(get(engine.serve, "/health").status, 200);
}

#[test]
fn every_response_has_the_request_id() {
    let engine = Process::start(&["--no-load"]);
    let ask = |path: &str, body: &Value| {
        let with = request(path, &body.to_string());
        let with = with.replacen("\r\n", "\r\nX-Request-Id: mine-7\r\n", 1);
        exchange(engine.serve, &with).headers
    };
    let streamed = prompt(json!({ "stream": true }));
    for headers in [
        ask(COMPLETIONS, &prompt(json!({}))),
        ask(COMPLETIONS, &streamed),
        ask(COMPLETIONS, &json!({ "model": "other" })),
        ask("/v1/nothing", &json!({})),
    ] {
        assert!(headers.contains("x-request-id: mine-7\r\n"), "{headers}");
    }
    let own = get(engine.serve, "/health").headers;
    assert!(own.contains("x-request-id: "), "{own}");
}

#[test]
fn unusual_but_valid_spellings_are_accepted() {
    let engine = Process::start(&["--no-load"]);
    let plain = post(
        engine.serve,
        COMPLETIONS,
        &prompt(json!({ "max_tokens": 1 })),
    )
    .json();
    let body = prompt(json!({
        "max_tokens": 1.0, "n": 1.0, "seed": 3.0, "stream": null, "stream_options": null,
        "logit_bias": {}, "not_yet_invented": null,
    }));
    let odd = request(COMPLETIONS, &body.to_string());
    let odd = odd.replace("application/json", "Application/JSON ; charset=UTF-8");
    let odd = exchange(engine.serve, &odd);
    assert_eq!(odd.status, 200, "{}", odd.body);
    assert_eq!(odd.json()["choices"], plain["choices"]);
    let options = json!({ "include_usage": null, "continuous_usage_stats": null });
    let with = json!({ "stream": true, "stream_options": options });
    let chunks = post(engine.serve, CHAT, &question(with)).chunks();
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()));
}

#[test]
fn an_assistant_message_is_accepted_as_clients_send_it_back() {
    let engine = Process::start(&["--no-load"]);
    let called = json!({
        "role": "assistant", "content": null, "refusal": null, "tool_calls": [], "audio": null,
    });
    let asked = |parts: Value| json!({ "role": "user", "content": parts });
    let parts = json!([{ "type": "text", "text": "What is " }, { "type": "text", "text": "red?" }]);
    let messages = json!([asked(json!("Hello")), called, asked(parts)]);
    let response = post(
        engine.serve,
        CHAT,
        &question(json!({ "messages": messages })),
    );
    assert_eq!(response.status, 200, "{}", response.body);
}

#[test]
fn default_requests_of_load_tools_are_served() {
    let engine = Process::start(&["--no-load"]);
    let content = json!([{ "type": "text", "text": "What is the capital of France?" }]);
    let with = json!({
        "messages": [{ "role": "user", "content": content }], "max_tokens": null,
        "max_completion_tokens": 40, "stop": null, "ignore_eos": true, "stream": true,
        "stream_options": { "include_usage": true, "continuous_usage_stats": true },
    });
    let chunks = post(engine.serve, CHAT, &question(with)).chunks();
    let usage = chunks.last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["completion_tokens"], 40);
}

#[test]
fn parameters_that_change_nothing_are_accepted() {
    let engine = Process::start(&["--no-load"]);
    let with = json!({
        "n": 1, "user": "me", "logprobs": null, "tools": [], "presence_penalty": 0,
        "response_format": { "type": "text" }, "stop": null, "metadata": {},
        "spaces_between_special_tokens": true, "return_tokens_as_token_ids": false,
        "return_token_ids": false, "early_stopping": false, "include_reasoning": true,
        "chat_template_kwargs": {}, "mm_processor_kwargs": {}, "logits_processors": [],
        "allowed_token_ids": [], "vllm_xargs": {},
    });
    let response = post(engine.serve, CHAT, &question(with));
    assert_eq!(response.status, 200, "{}", response.body);
}
