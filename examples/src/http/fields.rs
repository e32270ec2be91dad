//! The fields of a request's JSON object, taken one by one so that a bad one can be named.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;

/// What is left of the object.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

/// Parameters that would change the answer and that this engine does not have.
const UNSUPPORTED: [&str; 16] = [
    "best_of",
    "echo",
    "frequency_penalty",
    "functions",
    "logit_bias",
    "logprobs",
    "min_p",
    "modalities",
    "presence_penalty",
    "repetition_penalty",
    "response_format",
    "suffix",
    "tool_choice",
    "tools",
    "top_k",
    "top_logprobs",
];

impl Fields {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|error| ApiError::malformed(format!("the body is not a JSON object: {error}")))
    }

    /// The field, or `None` where it is missing or null.
    pub(super) fn take<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, ApiError> {
        let value = self.0.remove(name).unwrap_or_default();
        serde_json::from_value(value)
            .map_err(|error| ApiError::invalid(name, format!("{name}: {error}")))
    }

    pub(super) fn require<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
    ) -> Result<T, ApiError> {
        let missing = || ApiError::invalid(name, format!("{name} is missing"));
        self.take(name)?.ok_or_else(missing)
    }

    /// Refuses what cannot be done; other unknown fields make no difference to the answer.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        let asked = |name: &&&'static str| {
            let value = self.0.get(**name);
            value.is_some_and(|value| !is_neutral(name, value))
        };
        match UNSUPPORTED.iter().find(asked) {
            Some(name) => Err(ApiError::invalid(
                name,
                format!("{name} is not supported by this engine: leave it out"),
            )),
            None => Ok(()),
        }
    }
}

/// The values by which clients spell out what they would get anyway.
fn is_neutral(name: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64().is_some_and(|n| is_neutral_number(name, n)),
        Value::String(text) => text.is_empty() || is_neutral_choice(name, text),
        Value::Array(items) => items.is_empty() || *items == ["text"],
        Value::Object(fields) => {
            fields.is_empty() || fields.get("type").is_some_and(|kind| kind == "text")
        }
        Value::Bool(true) => false,
    }
}

fn is_neutral_number(name: &str, number: f64) -> bool {
    match name {
        "best_of" | "repetition_penalty" => number == 1.0,
        // Asks for the chosen token's own, already with none beside it.
        "logprobs" => false,
        "top_k" => number <= 0.0,
        _ => number == 0.0,
    }
}

fn is_neutral_choice(name: &str, choice: &str) -> bool {
    name == "tool_choice" && ["auto", "none"].contains(&choice)
}
