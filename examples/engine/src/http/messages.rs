//! The messages of a chat.

use serde_json::{Map, Value};

use super::error::ApiError;

/// Valid roles.
const ROLES: [&str; 4] = ["system", "developer", "user", "assistant"];

/// Fields of a message that are read.
const READ: [&str; 2] = ["role", "content"];

const MESSAGES: &str = "messages";

/// Returns (role, text) of each message.
///
/// # Errors
/// The message and field that are invalid.
pub(super) fn read(messages: &Value) -> Result<Vec<(&'static str, String)>, ApiError> {
    let list = "a list of at least one message";
    match messages.as_array() {
        Some(all) if !all.is_empty() => all.iter().enumerate().map(message).collect(),
        _ => Err(unexpected(MESSAGES, list, messages)),
    }
}

fn message((index, message): (usize, &Value)) -> Result<(&'static str, String), ApiError> {
    let at = format!("{MESSAGES}[{index}]");
    let Some(fields) = message.as_object() else {
        return Err(unexpected(&at, "an object", message));
    };
    let role = role(&at, fields)?;
    let text = content(&format!("{at}.content"), role, fields.get("content"))?;
    match fields
        .iter()
        .find(|(name, value)| !READ.contains(&name.as_str()) && says_more(value))
    {
        Some((name, _)) => Err(ApiError::unsupported(MESSAGES, &format!("{at}.{name}"))),
        None => Ok((role, text)),
    }
}

fn role(at: &str, fields: &Map<String, Value>) -> Result<&'static str, ApiError> {
    let at = format!("{at}.role");
    let Some(given) = fields.get("role").filter(|role| !role.is_null()) else {
        return Err(ApiError::missing(MESSAGES, &at));
    };
    let known = ROLES.into_iter().find(|role| given.as_str() == Some(role));
    known.ok_or_else(|| unexpected(&at, "system, developer, user or assistant", given))
}

/// The text of a message. Only an assistant's may be missing, since it may have called tools.
fn content(at: &str, role: &str, content: Option<&Value>) -> Result<String, ApiError> {
    match content {
        None | Some(Value::Null) if role == "assistant" => Ok(String::new()),
        None | Some(Value::Null) => Err(ApiError::missing(MESSAGES, at)),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().enumerate();
            texts
                .map(|(index, part)| text(&format!("{at}[{index}]"), part))
                .collect()
        }
        Some(other) => Err(unexpected(at, "a string or a list of text parts", other)),
    }
}

fn text<'a>(at: &str, part: &'a Value) -> Result<&'a str, ApiError> {
    let kind = part.get("type").filter(|kind| !kind.is_null());
    let is_text = kind.is_none_or(|kind| kind == "text");
    let text = part.get("text").and_then(Value::as_str).filter(|_| is_text);
    text.ok_or_else(|| unexpected(at, r#"a part of type "text" with its text"#, part))
}

/// False for an empty value, which some clients send.
fn says_more(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => !text.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn unexpected(at: &str, expected: &str, found: &Value) -> ApiError {
    ApiError::unexpected(MESSAGES, at, expected, found)
}
