//! Why there is no answer, or no more of it.

use std::io;

use thiserror::Error;
use wf_govern::gate::Rejected;

use crate::model::ModelError;

/// Why a request was not answered to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// There is nothing to go on from.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// An answer of no tokens.
    #[error("max_tokens is 0: ask for at least one token")]
    NothingAsked,
    /// The shortest answer that was asked for is longer than the longest.
    #[error(
        "min_tokens is {min}, but the answer has at most {max} tokens: lower it, or raise max_tokens"
    )]
    MinAboveMax {
        /// The shortest answer that was asked for.
        min: usize,
        /// The longest.
        max: usize,
    },
    /// The model cannot see that far.
    #[error(
        "{prompt} prompt tokens and {answer} of the answer do not fit into the model's context of {context}: shorten one of them"
    )]
    TooLong {
        /// Tokens of the prompt.
        prompt: usize,
        /// Tokens that were asked for.
        answer: usize,
        /// Tokens that the model can see.
        context: usize,
    },
    /// The engine is too busy.
    #[error("overloaded: {0}")]
    Rejected(#[from] Rejected),
    /// The model failed.
    #[error("the model failed: {0}")]
    Model(#[from] ModelError),
    /// A step of this request panicked; others are not concerned.
    #[error("a step panicked: {0}")]
    Panicked(String),
    /// The engine was stopped before the answer was complete.
    #[error("the engine was stopped")]
    Stopped,
    /// The system gives no more threads.
    #[error("no thread for a worker: {0}")]
    Thread(io::Error),
}
