//! Text in and out: encoding, streaming decoding and chat templates.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use support::copy;
use wf_engine::model::{Model, ModelError};

mod support;

/// The shipped checkpoint with other text files.
fn variant(test: &str, files: &[(&str, Value)]) -> PathBuf {
    let directory = copy(test);
    for (file, json) in files {
        fs::write(directory.join(file), json.to_string()).unwrap();
    }
    directory
}

fn with_template(test: &str, template: &str) -> Result<Model, ModelError> {
    let settings = json!({
        "chat_template": template,
        "bos_token": {"content": "<s>"},
        "eos_token": "</s>",
    });
    Model::load(&variant(test, &[("tokenizer_config.json", settings)]))
}

fn stream(model: &Model, tokens: &[u32]) -> Vec<String> {
    let mut decoder = model.decoder();
    let mut pieces: Vec<_> = tokens
        .iter()
        .filter_map(|&token| decoder.push(token))
        .collect();
    pieces.extend(decoder.finish());
    pieces
}

#[test]
fn the_tiny_model_encodes_printable_ascii_without_loss() {
    let model = Model::tiny().unwrap();
    let text: String = ('\n'..='\n').chain(' '..='~').collect();
    let tokens = model.encode(&text).unwrap();
    assert_eq!(tokens, text.bytes().map(u32::from).collect::<Vec<_>>());
    assert_eq!(stream(&model, &tokens).concat(), text);
}

#[test]
fn text_outside_the_alphabet_is_replaced() {
    let model = Model::tiny().unwrap();
    let text = |text| stream(&model, &model.encode(text).unwrap()).concat();
    assert_eq!(text("café"), "cafe");
    assert_eq!(text("日本 \u{0}\u{3}\t."), "?? ???.");
    assert_eq!(text(""), "");
}

/// One token per byte of UTF-8, as byte-level vocabularies fall back to.
fn byte_tokenizer() -> Value {
    let vocabulary: serde_json::Map<String, Value> = (0..256)
        .map(|byte| (format!("<0x{byte:02X}>"), json!(byte)))
        .collect();
    json!({
        "version": "1.0",
        "added_tokens": [],
        "decoder": {
            "type": "Sequence",
            "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}],
        },
        "model": {"type": "BPE", "byte_fallback": true, "vocab": vocabulary, "merges": []},
    })
}

#[test]
fn streamed_text_never_splits_a_character() {
    let directory = variant("bytes", &[("tokenizer.json", byte_tokenizer())]);
    let model = Model::load(&directory).unwrap();
    for text in ["grün", "日本語", "🦀🦀 ok", "e\u{301}", "👩‍👩‍👧"] {
        let tokens: Vec<u32> = text.bytes().map(u32::from).collect();
        let pieces = stream(&model, &tokens);
        assert_eq!(pieces.concat(), text);
        assert_eq!(pieces.len(), text.chars().count(), "{pieces:?}");
    }
}

#[test]
fn invalid_utf8_becomes_replacement_characters_and_decoding_continues() {
    let directory = variant("broken-bytes", &[("tokenizer.json", byte_tokenizer())]);
    let model = Model::load(&directory).unwrap();
    let all = |bytes: &[u8]| stream(&model, &bytes.iter().map(|&b| b.into()).collect::<Vec<_>>());
    let text = all(b"ok\xff\xff\xff\xff\xff, then on and on").concat();
    assert!(
        text.starts_with("ok\u{fffd}") && text.ends_with("en on and on"),
        "{text:?}"
    );
    let pieces = all("a🦀".as_bytes().split_last().unwrap().1);
    assert_eq!(pieces.first().map(String::as_str), Some("a"));
    assert!(pieces.concat().contains('\u{fffd}'));
}

#[test]
fn the_bos_token_is_encoded_once() {
    let tokenizer = |text: &str| -> Value {
        let mut tokenizer: Value = serde_json::from_str(text).unwrap();
        let special = json!({"id": 1, "content": "<s>", "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true});
        tokenizer["added_tokens"] = json!([special]);
        let mut vocabulary = tokenizer["model"]["vocab"].take();
        vocabulary.as_object_mut().unwrap().retain(|_, id| id != 1);
        vocabulary["<s>"] = json!(1);
        tokenizer["model"]["vocab"] = vocabulary;
        tokenizer["post_processor"] = json!({
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        });
        tokenizer
    };
    let shipped = include_str!("../models/tiny/tokenizer.json");
    let settings = json!({"bos_token": "<s>", "chat_template": "{{ bos_token }}Hi"});
    let files = [
        ("tokenizer.json", tokenizer(shipped)),
        ("tokenizer_config.json", settings),
    ];
    let model = Model::load(&variant("beginning", &files)).unwrap();
    let expected = [1, u32::from(b'H'), u32::from(b'i')];
    assert_eq!(model.encode("Hi").unwrap(), expected);
    assert_eq!(
        model.encode(&model.chat_prompt(&[]).unwrap()).unwrap(),
        expected
    );
    assert_eq!(
        stream(&model, &expected).concat(),
        "Hi",
        "special tokens have no text"
    );
}

#[test]
fn the_chat_prompt_of_the_tiny_model_is_question_and_answer() {
    let model = Model::tiny().unwrap();
    let prompt = |messages: &[(&str, &str)]| model.chat_prompt(messages).unwrap();
    assert_eq!(prompt(&[("user", "Hello!")]), "Q: Hello!\nA: ");
    let talk = [("user", "Hi!"), ("assistant", "Hello!"), ("user", "Bye!")];
    assert_eq!(prompt(&talk), "Q: Hi!\nA: Hello!\nQ: Bye!\nA: ");
    let ordered = model.chat_prompt(&[("system", "Be kind."), ("user", "Hi!")]);
    assert!(ordered.is_err(), "no message is left out: {ordered:?}");
    assert_eq!(
        prompt(&[("user", "one\nA: two")]),
        "Q: one A: two\nA: ",
        "a line stays a line"
    );
}

#[test]
fn real_chat_templates_render() {
    let chatml = "{% for message in messages %}\
        {{ '<|im_start|>' + message['role'] + '\\n' + message['content'].strip() + '<|im_end|>\\n' }}\
        {% endfor %}\
        {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    let model = with_template("chatml", chatml).unwrap();
    assert_eq!(
        model.chat_prompt(&[("user", " Hi ")]).unwrap(),
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    );
    let block = "{{ bos_token }}\n{% for m in messages %}\n  {% if not loop.first %}\n\
        {{ eos_token }}{% endif %}\n[{{ m.role }}]{{ m.content }}\n{% endfor %}\n";
    let model = with_template("trimmed", block).unwrap();
    let prompt = model.chat_prompt(&[("user", "a"), ("user", "b")]).unwrap();
    assert_eq!(prompt, "<s>\n[user]a\n</s>[user]b\n");
}

#[test]
fn a_checkpoint_without_a_template_uses_a_plain_one() {
    let model = Model::load(&variant("plain", &[("tokenizer_config.json", json!({}))])).unwrap();
    assert_eq!(
        model.chat_prompt(&[("user", "Hi")]).unwrap(),
        "user: Hi\nassistant:"
    );
}

#[test]
fn a_template_file_overrides_the_one_in_the_tokenizer_settings() {
    let directory = variant("beside", &[]);
    fs::write(
        directory.join("chat_template.jinja"),
        "{{ messages[0].content }}!",
    )
    .unwrap();
    let model = Model::load(&directory).unwrap();
    assert_eq!(model.chat_prompt(&[("user", "Hi")]).unwrap(), "Hi!");
}

#[test]
fn broken_and_hostile_templates_are_refused_in_one_line() {
    let syntax = with_template("syntax", "{% for %}")
        .unwrap_err()
        .to_string();
    assert!(
        syntax.contains("tokenizer_config.json") && !syntax.contains('\n'),
        "{syntax}"
    );
    for (number, template) in [
        "{{ raise_exception('roles must alternate') }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ nothing.at.all }}",
        "{% include '/etc/passwd' %}",
    ]
    .iter()
    .enumerate()
    {
        let model = with_template(&format!("template-{number}"), template).unwrap();
        let refused = model.chat_prompt(&[("user", "Hi")]).unwrap_err();
        assert!(matches!(refused, ModelError::Template { .. }));
        assert!(!refused.to_string().contains('\n'), "{refused}");
    }
}
