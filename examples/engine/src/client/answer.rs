//! An answer whose tokens and end are counted as they arrive.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use super::tally::Call;
use crate::engine::{EngineError, Token};

/// A stream of tokens. Poll it to its end: one that is dropped before counts as left.
pub struct Answer {
    tokens: Pin<Box<dyn Stream<Item = Result<Token, EngineError>> + Send>>,
    call: Option<Call>,
}

impl Answer {
    pub(super) fn new(
        tokens: impl Stream<Item = Result<Token, EngineError>> + Send + 'static,
        call: Call,
    ) -> Self {
        Self {
            tokens: Box::pin(tokens),
            call: Some(call),
        }
    }

    fn count(&mut self, item: Option<&Result<Token, EngineError>>) {
        match (item, self.call.take()) {
            (Some(Ok(token)), Some(mut call)) => {
                call.tokens(token.count);
                self.call = Some(call);
            }
            (Some(Err(error)), Some(call)) => call.failed(error),
            (None, Some(call)) => call.answered(),
            (_, None) => {}
        }
    }
}

impl Stream for Answer {
    type Item = Result<Token, EngineError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.tokens.as_mut().poll_next(cx));
        self.count(item.as_ref());
        Poll::Ready(item)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}
