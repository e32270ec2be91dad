//! Error responses in OpenAI's form.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use wf_govern::gate::Rejected;
use wf_port::HostError;

use crate::engine::EngineError;
use crate::model::ModelError;

/// `{"error": {"message", "type", "param", "code"}}` and its HTTP status.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<Cow<'static, str>>,
    message: String,
}

/// Seconds until a retry makes sense. The governor decides once per second: after two, the limit
/// may be higher.
const RETRY_AFTER: &str = "2";

impl ApiError {
    /// The Host header names another host.
    pub(super) fn host(error: &HostError) -> Self {
        Self::request(error.status(), None, error.to_string())
    }

    /// The value of `param` is invalid.
    pub(super) fn invalid(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            param: Some(param.into()),
            ..Self::request(StatusCode::BAD_REQUEST, None, message)
        }
    }

    /// `at`, a part of `param`, is missing.
    pub(super) fn missing(param: &'static str, at: &str) -> Self {
        Self::invalid(param, format!("{at} is missing"))
    }

    /// `at`, a part of `param`, has another type or range than `expected`.
    pub(super) fn unexpected(param: &'static str, at: &str, expected: &str, found: &Value) -> Self {
        let found = shortened(&found.to_string());
        Self::invalid(param, format!("{at} must be {expected}, but is {found}"))
    }

    /// `at`, a part of `param`, would change the output, and is not supported.
    pub(super) fn unsupported(param: impl Into<Cow<'static, str>>, at: &str) -> Self {
        let at = shortened(at);
        Self::invalid(
            param,
            format!("{at} is not supported by this engine: omit it"),
        )
    }

    /// The body is invalid as a whole.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::request(StatusCode::BAD_REQUEST, None, message)
    }

    pub(super) fn no_such_model(asked: &str, served: &str) -> Self {
        Self {
            param: Some("model".into()),
            ..Self::request(
                StatusCode::NOT_FOUND,
                Some("model_not_found"),
                format!("the model {asked:?} does not exist: this engine serves {served:?}"),
            )
        }
    }

    pub(super) fn no_such_path() -> Self {
        let message = "unknown path: this engine serves /health, /v1/models, /v1/models/MODEL, \
                       /v1/completions and /v1/chat/completions";
        Self::request(StatusCode::NOT_FOUND, Some("unknown_url"), message)
    }

    pub(super) fn wrong_method() -> Self {
        let message = "wrong method: health and models take GET, completions POST";
        Self::request(StatusCode::METHOD_NOT_ALLOWED, None, message)
    }

    pub(super) fn not_json() -> Self {
        let message = "the body must be sent with content-type: application/json";
        Self::request(StatusCode::UNSUPPORTED_MEDIA_TYPE, None, message)
    }

    pub(super) fn encoded() -> Self {
        let message = "the body must be sent without a content-encoding";
        Self::request(StatusCode::UNSUPPORTED_MEDIA_TYPE, None, message)
    }

    pub(super) fn large_body(limit: usize) -> Self {
        let message = format!("the body is larger than {limit} bytes");
        Self::request(StatusCode::PAYLOAD_TOO_LARGE, None, message)
    }

    pub(super) fn unreadable_body(why: &axum::Error) -> Self {
        Self::malformed(format!("the body could not be read: {why}"))
    }

    /// Ends the request of a client that has disconnected; nobody reads this response.
    pub(super) fn client_disconnected() -> Self {
        let message = "the client disconnected before its response was complete";
        Self::request(StatusCode::REQUEST_TIMEOUT, None, message)
    }

    pub(super) fn slow_body(limit: Duration) -> Self {
        let message = format!("the body did not arrive within {} seconds", limit.as_secs());
        Self::request(StatusCode::REQUEST_TIMEOUT, None, message)
    }

    /// The error inside a stream.
    pub(super) fn to_json(&self) -> Value {
        json!({ "error": {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }})
    }

    fn request(status: StatusCode, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code,
            param: None,
            message: message.into(),
        }
    }

    fn overloaded(status: StatusCode, code: &'static str, message: String) -> Self {
        Self {
            kind: "overloaded_error",
            ..Self::request(status, Some(code), message)
        }
    }

    fn server(message: String) -> Self {
        Self {
            kind: "server_error",
            ..Self::request(StatusCode::INTERNAL_SERVER_ERROR, None, message)
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let message = error.to_string();
        match error {
            EngineError::EmptyPrompt => Self::invalid("prompt", message),
            EngineError::NoTokensRequested => Self::invalid("max_tokens", message),
            EngineError::MinAboveMax { .. } => Self::invalid("min_tokens", message),
            EngineError::TooLong { .. } => {
                let code = Some("context_length_exceeded");
                Self::request(StatusCode::BAD_REQUEST, code, message)
            }
            EngineError::Rejected(Rejected::QueueFull { .. }) => {
                Self::overloaded(StatusCode::TOO_MANY_REQUESTS, "queue_full", message)
            }
            EngineError::Rejected(_) => {
                Self::overloaded(StatusCode::SERVICE_UNAVAILABLE, "waited_too_long", message)
            }
            EngineError::Model(error) => error.into(),
            EngineError::Stopped => {
                Self::overloaded(StatusCode::SERVICE_UNAVAILABLE, "stopping", message)
            }
            EngineError::Panicked(_) | EngineError::Thread(_) => Self::server(message),
        }
    }
}

impl From<ModelError> for ApiError {
    fn from(error: ModelError) -> Self {
        let message = error.to_string();
        match error {
            ModelError::Sampling { parameter, .. } => Self::invalid(parameter, message),
            ModelError::Token { .. } => Self::invalid("prompt", message),
            ModelError::Template { .. } | ModelError::LeftOut { .. } => {
                Self::invalid("messages", message)
            }
            ModelError::Tokenizer { .. } => Self::malformed(message),
            _ => Self::server(message),
        }
    }
}

/// A value or name from a client, shortened.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Longest value that an error repeats, in characters.
const SHOWN: usize = 60;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let busy = self.kind == "overloaded_error";
        let retry = busy.then_some([(header::RETRY_AFTER, RETRY_AFTER)]);
        (self.status, retry, Json(self.to_json())).into_response()
    }
}
