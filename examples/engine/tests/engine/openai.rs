use serde_json::{Value, json};

use crate::http_client::{get, post};
use crate::process::Process;

pub(crate) const COMPLETIONS: &str = "/v1/completions";
pub(crate) const CHAT: &str = "/v1/chat/completions";

pub(crate) fn question(with: Value) -> Value {
    let messages = json!([{ "role": "user", "content": "What is the capital of France?" }]);
    merged(
        json!({ "model": "tiny", "messages": messages, "temperature": 0, "max_tokens": 20 }),
        with,
    )
}

pub(crate) fn prompt(with: Value) -> Value {
    let body = json!({ "model": "tiny", "prompt": "Q: What is the capital of France?\nA: ", "temperature": 0 });
    merged(body, with)
}

fn merged(mut body: Value, with: Value) -> Value {
    let Value::Object(with) = with else {
        panic!("an object is needed")
    };
    body.as_object_mut().expect("an object").extend(with);
    body
}

fn text(chunks: &[Value], pointer: &str) -> String {
    let pieces = chunks
        .iter()
        .filter_map(|chunk| chunk.pointer(pointer)?.as_str());
    pieces.collect()
}

#[test]
fn the_model_is_listed() {
    let engine = Process::start(&["--no-load"]);
    let list = get(engine.serve, "/v1/models").json();
    assert_eq!(list["object"], "list");
    assert_eq!(list["data"][0]["id"], "tiny");
    assert_eq!(list["data"][0]["object"], "model");
    assert_eq!(list["data"][0]["max_model_len"], 256);
    let model = get(engine.serve, "/v1/models/tiny").json();
    assert_eq!(model, list["data"][0]);
}

#[test]
fn a_completion_has_the_openai_format_and_usage() {
    let engine = Process::start(&["--no-load"]);
    let response = post(
        engine.serve,
        COMPLETIONS,
        &prompt(json!({ "max_tokens": 5 })),
    )
    .json();
    assert_eq!(response["object"], "text_completion");
    assert_eq!(response["model"], "tiny");
    assert!(response["id"].as_str().unwrap().starts_with("cmpl-"));
    assert_eq!(response["choices"].as_array().unwrap().len(), 1);
    assert_eq!(response["choices"][0]["index"], 0);
    assert_eq!(response["choices"][0]["finish_reason"], "length");
    assert!(!response["choices"][0]["text"].as_str().unwrap().is_empty());
    let usage = &response["usage"];
    assert_eq!(usage["completion_tokens"], 5);
    let sum = usage["prompt_tokens"].as_u64().unwrap() + 5;
    assert_eq!(usage["total_tokens"].as_u64(), Some(sum));
}

#[test]
fn a_completion_without_a_limit_has_at_most_sixteen_tokens() {
    let engine = Process::start(&["--no-load"]);
    let response = post(engine.serve, COMPLETIONS, &prompt(json!({}))).json();
    assert!(response["usage"]["completion_tokens"].as_u64().unwrap() <= 16);
}

#[test]
fn a_chat_response_has_the_openai_format() {
    let engine = Process::start(&["--no-load"]);
    let response = post(engine.serve, CHAT, &question(json!({}))).json();
    assert_eq!(response["object"], "chat.completion");
    assert!(response["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(response["choices"][0]["message"]["role"], "assistant");
    assert!(response["choices"][0]["message"]["content"].is_string());
}

#[test]
fn a_streamed_chat_has_the_same_text_as_one_in_one_piece() {
    let engine = Process::start(&["--no-load"]);
    let whole = post(engine.serve, CHAT, &question(json!({}))).json();
    let response = post(engine.serve, CHAT, &question(json!({ "stream": true })));
    assert!(response.headers.contains("content-type: text/event-stream"));
    let chunks = response.chunks();
    let roles = |chunk: &Value| chunk["choices"][0]["delta"]["role"].clone();
    assert_eq!(roles(&chunks[0]), "assistant");
    assert!(chunks[1..].iter().all(|chunk| roles(chunk).is_null()));
    assert_eq!(chunks[0]["object"], "chat.completion.chunk");
    let streamed = text(&chunks, "/choices/0/delta/content");
    assert_eq!(whole["choices"][0]["message"]["content"], streamed.as_str());
    let last = chunks.last().unwrap();
    assert_eq!(
        last["choices"][0]["finish_reason"],
        whole["choices"][0]["finish_reason"]
    );
    let open = chunks
        .iter()
        .filter(|chunk| chunk["choices"][0]["finish_reason"].is_null());
    assert_eq!(open.count(), chunks.len() - 1);
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()));
    assert!(chunks.iter().all(|chunk| chunk["id"] == chunks[0]["id"]));
}

/// So clients may count chunks as tokens, and take the first chunk for the first token.
#[test]
fn a_stream_has_a_chunk_for_each_token_and_none_before_the_first() {
    let engine = Process::start(&["--no-load"]);
    let options = json!({ "include_usage": true, "continuous_usage_stats": true });
    let with = json!({
        "max_tokens": 7, "min_tokens": 7, "stream": true, "stream_options": options,
    });
    for (path, body) in [(CHAT, question(with.clone())), (COMPLETIONS, prompt(with))] {
        let mut chunks = post(engine.serve, path, &body).chunks();
        let usage = chunks.pop().unwrap();
        assert_eq!(usage["usage"]["completion_tokens"], 7);
        let so_far: Vec<_> = chunks
            .iter()
            .map(|chunk| chunk["usage"]["completion_tokens"].as_u64().unwrap())
            .collect();
        assert_eq!(so_far, [1, 2, 3, 4, 5, 6, 7], "{path}");
        let first = &chunks[0]["choices"][0];
        let text = first
            .pointer("/delta/content")
            .or_else(|| first.get("text"));
        assert_ne!(text.unwrap(), "", "{path}");
        let last = chunks.last().unwrap();
        assert_eq!(last["choices"][0]["finish_reason"], "length", "{path}");
    }
}

/// The body that guidellm sends, with its nulls and its request for usage in every chunk.
#[test]
fn a_stream_ends_with_usage_if_requested() {
    let engine = Process::start(&["--no-load"]);
    let whole = post(engine.serve, COMPLETIONS, &prompt(json!({}))).json();
    let with = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let mut chunks = post(engine.serve, COMPLETIONS, &prompt(with)).chunks();
    let usage = chunks.pop().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"], whole["usage"]);
    assert!(chunks.iter().all(|chunk| chunk["usage"].is_null()));
    assert_eq!(
        text(&chunks, "/choices/0/text"),
        whole["choices"][0]["text"]
    );
}

#[test]
fn a_seed_makes_sampling_repeatable() {
    let engine = Process::start(&["--no-load"]);
    // A prompt without a trained answer leaves several likely tokens.
    let ask = |seed: i64| {
        let with = json!({ "prompt": "Q: ", "temperature": 2.0, "seed": seed, "max_tokens": 40 });
        let response = post(engine.serve, COMPLETIONS, &prompt(with)).json();
        response["choices"][0]["text"].clone()
    };
    assert_eq!(ask(-7), ask(-7));
    assert!((0..20).any(|seed| ask(seed) != ask(-7)));
}

#[test]
fn a_prompt_may_be_a_list_of_one_text_or_of_tokens() {
    let engine = Process::start(&["--no-load"]);
    let text = post(engine.serve, COMPLETIONS, &prompt(json!({}))).json();
    let list = prompt(json!({ "prompt": ["Q: What is the capital of France?\nA: "] }));
    let listed = post(engine.serve, COMPLETIONS, &list).json();
    assert_eq!(listed["choices"], text["choices"]);
    let tokens = post(
        engine.serve,
        COMPLETIONS,
        &prompt(json!({ "prompt": [5, 6, 7] })),
    )
    .json();
    assert_eq!(tokens["usage"]["prompt_tokens"], 3);
    let listed = prompt(json!({ "prompt": [[5, 6.0, 7]] }));
    let listed = post(engine.serve, COMPLETIONS, &listed).json();
    assert_eq!(listed["choices"], tokens["choices"]);
}
