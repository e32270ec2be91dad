//! What an answer is made of.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use tokio::sync::mpsc::UnboundedReceiver;
use wf_instrument::record::Stamp;
use wf_instrument::truncated;

use super::error::EngineError;

/// One piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Text to show; empty while a character or a possible stop string is incomplete.
    pub text: String,
    /// How many tokens the model generated for it: 1, or 0 for an end that brings no text of its own.
    pub count: u64,
    /// The time at which the model generated them; they may wait until a processor is free to
    /// deliver them.
    pub made: Stamp,
    /// Set on the last piece.
    pub finish: Option<Finish>,
}

impl Token {
    pub(super) fn more(text: String) -> Self {
        Self {
            text,
            count: 1,
            made: Stamp::now(),
            finish: None,
        }
    }

    pub(super) fn last(text: String, count: u64, finish: Finish) -> Self {
        Self {
            text,
            count,
            made: Stamp::now(),
            finish: Some(finish),
        }
    }
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model said so, or a stop string came.
    Stop,
    /// All the tokens that were asked for are there.
    Length,
}

impl Finish {
    /// Its name in OpenAI's interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
        }
    }
}

/// The tokens of one answer. Ends after a token that says why, or after an error.
#[derive(Debug)]
pub(super) struct TokenStream {
    received: UnboundedReceiver<Result<Token, EngineError>>,
    ended: bool,
}

impl TokenStream {
    pub(super) const fn new(received: UnboundedReceiver<Result<Token, EngineError>>) -> Self {
        Self {
            received,
            ended: false,
        }
    }
}

impl Stream for TokenStream {
    type Item = Result<Token, EngineError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        // A channel that closes before its last word belonged to an engine that was stopped.
        let item = ready!(self.received.poll_recv(cx)).unwrap_or(Err(EngineError::Stopped));
        let finish = item.as_ref().map(|token| token.finish);
        if matches!(finish, Ok(Some(Finish::Length))) {
            truncated();
        }
        self.ended = !matches!(finish, Ok(None));
        Poll::Ready(Some(item))
    }
}
