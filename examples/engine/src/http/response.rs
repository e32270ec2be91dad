//! The JSON of responses, for both endpoints.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::client::CountedStream;
use crate::engine::{EngineError, Finish};

/// The endpoint of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Completions,
    Chat,
}

/// The fields that all parts of a response share.
#[derive(Debug)]
pub(super) struct ResponseFormat {
    endpoint: Endpoint,
    id: String,
    created: u64,
    model: String,
    prompt_tokens: u64,
}

impl ResponseFormat {
    pub(super) fn new(endpoint: Endpoint, model: &str, prompt_tokens: u64) -> Self {
        let created = SystemTime::now().duration_since(UNIX_EPOCH);
        let created = created.map_or(0, |since| since.as_secs());
        let prefix = match endpoint {
            Endpoint::Completions => "cmpl",
            Endpoint::Chat => "chatcmpl",
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            endpoint,
            id: format!("{prefix}-{created:x}-{number}"),
            created,
            model: model.to_owned(),
            prompt_tokens,
        }
    }

    /// A response in one piece.
    pub(super) fn complete(&self, text: &str, finish: Finish, tokens: u64) -> Value {
        let (object, mut choice) = match self.endpoint {
            Endpoint::Completions => ("text_completion", json!({ "text": text })),
            Endpoint::Chat => {
                let message = json!({ "role": "assistant", "content": text, "refusal": null });
                ("chat.completion", json!({ "message": message }))
            }
        };
        choice["index"] = json!(0);
        choice["logprobs"] = Value::Null;
        choice["finish_reason"] = json!(finish.as_str());
        let mut response = self.envelope(object, json!([choice]));
        response["usage"] = self.usage(tokens);
        response
    }

    /// A token of a stream, with the finish reason on the last. The first chunk of a chat also has
    /// the role: clients take the first chunk for the first token, so none may come before it.
    pub(super) fn piece(&self, text: &str, is_first: bool, finish: Option<Finish>) -> Value {
        let mut choice = match self.endpoint {
            Endpoint::Completions => json!({ "text": text }),
            Endpoint::Chat if is_first => {
                json!({ "delta": { "role": "assistant", "content": text } })
            }
            Endpoint::Chat => json!({ "delta": { "content": text } }),
        };
        choice["index"] = json!(0);
        choice["logprobs"] = Value::Null;
        choice["finish_reason"] = json!(finish.map(Finish::as_str));
        self.envelope(self.chunk_object(), json!([choice]))
    }

    /// The last chunk, if usage was requested.
    pub(super) fn usage_chunk(&self, tokens: u64) -> Value {
        let mut chunk = self.envelope(self.chunk_object(), json!([]));
        chunk["usage"] = self.usage(tokens);
        chunk
    }

    const fn chunk_object(&self) -> &'static str {
        match self.endpoint {
            Endpoint::Completions => "text_completion",
            Endpoint::Chat => "chat.completion.chunk",
        }
    }

    fn envelope(&self, object: &str, choices: Value) -> Value {
        let mut envelope = json!({
            "id": self.id,
            "object": object,
            "created": self.created,
            "model": self.model,
        });
        envelope["choices"] = choices;
        envelope
    }

    /// Tokens of the prompt and tokens generated so far.
    pub(super) fn usage(&self, tokens: u64) -> Value {
        json!({
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": tokens,
            "total_tokens": self.prompt_tokens + tokens,
        })
    }
}

/// Reads the stream to its end and returns the response in one piece.
pub(super) async fn collect(
    mut stream: CountedStream,
    format: &ResponseFormat,
) -> Result<Value, ApiError> {
    let (mut text, mut tokens, mut finish) = (String::new(), 0, None);
    while let Some(token) = stream.next().await {
        let token = token?;
        text.push_str(&token.text);
        tokens += token.count;
        finish = token.finish;
    }
    let finish = finish.ok_or(EngineError::Stopped)?;
    Ok(format.complete(&text, finish, tokens))
}

/// Makes ids unique within the process; the second in them makes them unique across restarts.
static NEXT: AtomicU64 = AtomicU64::new(0);
