//! Parameters that this engine does not support.
//!
//! An unknown parameter may change the output, so it is refused. Known ones are accepted with
//! values that change nothing.

use serde_json::Value;

/// True if ignoring this parameter would change the output.
pub(super) fn changes_the_output(name: &str, value: &Value) -> bool {
    if value.is_null() || HARMLESS.contains(&name) {
        return false;
    }
    let neutral = NEUTRAL.iter().find(|(known, _)| *known == name);
    !neutral.is_some_and(|(_, values)| values.iter().any(|neutral| is(value, neutral)))
}

/// True if `value` is the JSON text `neutral`; numbers by value, so 0 equals 0.0.
fn is(value: &Value, neutral: &str) -> bool {
    let neutral = serde_json::from_str(neutral).unwrap_or(Value::Null);
    match (value.as_f64(), neutral.as_f64()) {
        (Some(number), Some(neutral)) => number == neutral,
        _ => *value == neutral,
    }
}

/// Parameters that never change the output: they concern accounts, caches and schedules.
const HARMLESS: [&str; 9] = [
    "cache_salt",
    "metadata",
    "prompt_cache_key",
    "prompt_cache_retention",
    "request_id",
    "safety_identifier",
    "service_tier",
    "store",
    "user",
];

/// Parameters of OpenAI and vLLM, with the values (JSON) that ask for the default behaviour.
const NEUTRAL: [(&str, &[&str]); 39] = [
    ("add_generation_prompt", &["true"]),
    ("allowed_token_ids", &["[]"]),
    ("bad_words", &["[]"]),
    ("best_of", &["1"]),
    ("chat_template_kwargs", &["{}"]),
    ("continue_final_message", &["false"]),
    ("detokenize", &["true"]),
    ("documents", &["[]"]),
    ("early_stopping", &["false"]),
    ("echo", &["false"]),
    ("frequency_penalty", &["0"]),
    ("function_call", &[r#""auto""#, r#""none""#]),
    ("functions", &["[]"]),
    ("include_reasoning", &["true"]),
    ("include_stop_str_in_output", &["false"]),
    ("length_penalty", &["1"]),
    ("logit_bias", &["{}"]),
    ("logits_processors", &["[]"]),
    ("logprobs", &["false"]),
    ("min_p", &["0"]),
    ("mm_processor_kwargs", &["{}"]),
    ("modalities", &[r#"["text"]"#]),
    ("parallel_tool_calls", &["false", "true"]),
    ("presence_penalty", &["0"]),
    ("priority", &["0"]),
    ("repetition_penalty", &["1"]),
    ("response_format", &[r#"{"type":"text"}"#]),
    ("return_token_ids", &["false"]),
    ("return_tokens_as_token_ids", &["false"]),
    ("skip_special_tokens", &["true"]),
    ("spaces_between_special_tokens", &["true"]),
    ("stop_token_ids", &["[]"]),
    ("suffix", &[r#""""#]),
    ("tool_choice", &[r#""auto""#, r#""none""#]),
    ("tools", &["[]"]),
    ("top_k", &["-1", "0"]),
    ("top_logprobs", &["0"]),
    ("use_beam_search", &["false"]),
    ("vllm_xargs", &["{}"]),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_neutral_value_is_json_and_changes_nothing() {
        for (name, values) in NEUTRAL {
            for text in values {
                let value: Value = serde_json::from_str(text).expect("JSON");
                assert!(!changes_the_output(name, &value), "{name} = {text}");
            }
        }
    }

    #[test]
    fn an_unknown_parameter_or_value_changes_the_output() {
        for (name, value) in [
            ("guided_regex", json!("[ab]+")),
            ("invented_next_year", json!(false)),
            ("logprobs", json!(0)),
            ("skip_special_tokens", json!(false)),
            ("spaces_between_special_tokens", json!(false)),
            ("return_token_ids", json!(true)),
            ("chat_template_kwargs", json!({ "enable_thinking": false })),
            ("allowed_token_ids", json!([5])),
            ("stop_token_ids", json!([2])),
            ("presence_penalty", json!(0.1)),
            ("response_format", json!({ "type": "json_object" })),
        ] {
            assert!(changes_the_output(name, &value), "{name} = {value}");
        }
    }

    #[test]
    fn numbers_are_compared_by_value_and_null_changes_nothing() {
        assert!(!changes_the_output("presence_penalty", &json!(0.0)));
        assert!(!changes_the_output("repetition_penalty", &json!(1.0)));
        assert!(!changes_the_output("invented_next_year", &Value::Null));
    }
}
