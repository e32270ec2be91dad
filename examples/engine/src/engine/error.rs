//! Errors of requests.

use std::io;

use thiserror::Error;
use wf_govern::gate::Rejected;

use crate::model::ModelError;

/// An error that ends a request.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The prompt has no tokens.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// The request asks for no tokens.
    #[error("max_tokens is 0: request at least one token")]
    NoTokensRequested,
    /// `min_tokens` is above `max_tokens`.
    #[error("min_tokens is {min}, but max_tokens is {max}: lower min_tokens or raise max_tokens")]
    MinAboveMax {
        /// Minimum that was requested.
        min: usize,
        /// Maximum that was requested.
        max: usize,
    },
    /// Prompt and `max_tokens` exceed the model's context.
    #[error(
        "{prompt} prompt tokens and {max_tokens} generated tokens exceed the model's context of \
         {context}: shorten one of them"
    )]
    TooLong {
        /// Tokens of the prompt.
        prompt: usize,
        /// Tokens that were requested.
        max_tokens: usize,
        /// Context of the model, in tokens.
        context: usize,
    },
    /// The gate rejected the request.
    #[error("overloaded: {0}")]
    Rejected(#[from] Rejected),
    /// The model failed.
    #[error("the model failed: {0}")]
    Model(#[from] ModelError),
    /// A step of this request panicked; other requests are not affected.
    #[error("a step panicked: {0}")]
    Panicked(String),
    /// The engine stopped before the request completed.
    #[error("the engine was stopped")]
    Stopped,
    /// The operating system refuses a thread.
    #[error("no thread for a worker: {0}")]
    Thread(io::Error),
}
