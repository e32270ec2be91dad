use serde_json::{Value, json};

use crate::client::{get, post};
use crate::process::Process;

const COMPLETIONS: &str = "/v1/completions";
const CHAT: &str = "/v1/chat/completions";

fn question(with: Value) -> Value {
    let messages = json!([{ "role": "user", "content": "What is the capital of France?" }]);
    merged(
        json!({ "model": "tiny", "messages": messages, "temperature": 0, "max_tokens": 20 }),
        with,
    )
}

fn prompt(with: Value) -> Value {
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
    let model = get(engine.serve, "/v1/models/tiny").json();
    assert_eq!(model, list["data"][0]);
}

#[test]
fn a_completion_has_the_shape_and_the_bill() {
    let engine = Process::start(&["--no-load"]);
    let answer = post(
        engine.serve,
        COMPLETIONS,
        &prompt(json!({ "max_tokens": 5 })),
    )
    .json();
    assert_eq!(answer["object"], "text_completion");
    assert_eq!(answer["model"], "tiny");
    assert!(answer["id"].as_str().unwrap().starts_with("cmpl-"));
    assert_eq!(answer["choices"].as_array().unwrap().len(), 1);
    assert_eq!(answer["choices"][0]["index"], 0);
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert!(!answer["choices"][0]["text"].as_str().unwrap().is_empty());
    let usage = &answer["usage"];
    assert_eq!(usage["completion_tokens"], 5);
    let sum = usage["prompt_tokens"].as_u64().unwrap() + 5;
    assert_eq!(usage["total_tokens"].as_u64(), Some(sum));
}

#[test]
fn a_completion_without_a_limit_has_at_most_sixteen_tokens() {
    let engine = Process::start(&["--no-load"]);
    let answer = post(engine.serve, COMPLETIONS, &prompt(json!({}))).json();
    assert!(answer["usage"]["completion_tokens"].as_u64().unwrap() <= 16);
}

#[test]
fn a_chat_answer_has_the_shape() {
    let engine = Process::start(&["--no-load"]);
    let answer = post(engine.serve, CHAT, &question(json!({}))).json();
    assert_eq!(answer["object"], "chat.completion");
    assert!(answer["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(answer["choices"][0]["message"]["role"], "assistant");
    assert!(answer["choices"][0]["message"]["content"].is_string());
}

#[test]
fn a_streamed_chat_says_the_same_as_a_whole_one() {
    let engine = Process::start(&["--no-load"]);
    let whole = post(engine.serve, CHAT, &question(json!({}))).json();
    let answer = post(engine.serve, CHAT, &question(json!({ "stream": true })));
    assert!(answer.headers.contains("content-type: text/event-stream"));
    let chunks = answer.chunks();
    assert_eq!(
        chunks[0]["choices"][0]["delta"],
        json!({ "role": "assistant", "content": "" })
    );
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

#[test]
fn a_stream_ends_with_the_bill_where_it_was_asked_for() {
    let engine = Process::start(&["--no-load"]);
    let whole = post(engine.serve, COMPLETIONS, &prompt(json!({}))).json();
    let with = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let mut chunks = post(engine.serve, COMPLETIONS, &prompt(with)).chunks();
    let bill = chunks.pop().unwrap();
    assert_eq!(bill["choices"], json!([]));
    assert_eq!(bill["usage"], whole["usage"]);
    assert!(chunks.iter().all(|chunk| chunk["usage"].is_null()));
    assert_eq!(
        text(&chunks, "/choices/0/text"),
        whole["choices"][0]["text"]
    );
}

#[test]
fn a_seed_makes_a_random_answer_repeatable() {
    let engine = Process::start(&["--no-load"]);
    // A question is open to chance where an answer that was learned is not.
    let ask = |seed: i64| {
        let with = json!({ "prompt": "Q: ", "temperature": 2.0, "seed": seed, "max_tokens": 40 });
        let answer = post(engine.serve, COMPLETIONS, &prompt(with)).json();
        answer["choices"][0]["text"].clone()
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
}

#[test]
fn parameters_that_change_nothing_are_taken() {
    let engine = Process::start(&["--no-load"]);
    let with = json!({
        "n": 1, "user": "me", "logprobs": null, "tools": [], "presence_penalty": 0,
        "response_format": { "type": "text" }, "stop": null, "metadata": {},
    });
    assert_eq!(post(engine.serve, CHAT, &question(with)).status, 200);
}
