//! The prompt of a completion: a string or a list of tokens, alone or as the only item of a list.

use serde_json::Value;

use super::error::ApiError;
use super::fields::integer;
use crate::model::Model;

const PROMPT: &str = "prompt";

/// The prompt as tokens.
///
/// # Errors
/// The invalid value, or the number of prompts if there are several.
pub(super) fn read(prompt: &Value, model: &Model) -> Result<Vec<u32>, ApiError> {
    match prompt {
        Value::String(text) => Ok(model.encode(text)?),
        Value::Array(items) if items.iter().all(Value::is_number) => tokens(items),
        Value::Array(items) if items.iter().all(is_prompt) => match items.as_slice() {
            [only] => read(only, model),
            several => Err(one_at_a_time(several.len())),
        },
        other => Err(ApiError::unexpected(PROMPT, PROMPT, EXPECTED, other)),
    }
}

const EXPECTED: &str = "a string, a list of tokens, or a list of one of them";

fn is_prompt(item: &Value) -> bool {
    let tokens = |items: &Vec<Value>| items.iter().all(Value::is_number);
    item.is_string() || item.as_array().is_some_and(tokens)
}

fn tokens(items: &[Value]) -> Result<Vec<u32>, ApiError> {
    let token = |item: &Value| {
        let token = integer(item).and_then(|token| u32::try_from(token).ok());
        token.ok_or_else(|| ApiError::unexpected(PROMPT, PROMPT, "a list of token numbers", item))
    };
    items.iter().map(token).collect()
}

fn one_at_a_time(prompts: usize) -> ApiError {
    let message = format!(
        "prompt has {prompts} prompts, but this engine takes one per request: send them one by one"
    );
    ApiError::invalid(PROMPT, message)
}
