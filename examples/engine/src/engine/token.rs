//! The tokens of a generation.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use tokio::sync::mpsc::UnboundedReceiver;
use wf_instrument::record::Stamp;
use wf_instrument::truncated;

use super::error::EngineError;

/// A token, or the end of a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Text of the token; empty while a character or a possible stop string is incomplete.
    pub text: String,
    /// Number of tokens: 1, or 0 for an end without text of its own.
    pub count: u64,
    /// Time at which the model generated it. Delivery may be later.
    pub made: Stamp,
    /// Set on the last one.
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

/// The finish reason of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// An end token or a stop string.
    Stop,
    /// `max_tokens` is reached.
    Length,
}

impl Finish {
    /// Its name in OpenAI's API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
        }
    }
}

/// The tokens of one request. Ends after the last token or an error.
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
        // A channel that closes before the last token belongs to a stopped engine.
        let item = ready!(self.received.poll_recv(cx)).unwrap_or(Err(EngineError::Stopped));
        let finish = item.as_ref().map(|token| token.finish);
        if matches!(finish, Ok(Some(Finish::Length))) {
            truncated();
        }
        self.ended = !matches!(finish, Ok(None));
        Poll::Ready(Some(item))
    }
}
