//! The client's end of one request.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use tokio::sync::mpsc::UnboundedReceiver;
use wf_instrument::truncated;

use super::error::EngineError;
use super::token::{Finish, Token};

/// The tokens of one answer. Ends after a token that says why, or after an error.
#[derive(Debug)]
pub(super) struct Answer {
    received: UnboundedReceiver<Result<Token, EngineError>>,
    ended: bool,
}

impl Answer {
    pub(super) const fn new(received: UnboundedReceiver<Result<Token, EngineError>>) -> Self {
        Self {
            received,
            ended: false,
        }
    }
}

impl Stream for Answer {
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
