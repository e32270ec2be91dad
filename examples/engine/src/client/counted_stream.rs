//! A token stream that is counted on the client's side.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use super::counts::OpenRequest;
use crate::engine::{EngineError, Token};

/// A stream of tokens. Dropping it before its end counts as cancelled.
pub struct CountedStream {
    tokens: Pin<Box<dyn Stream<Item = Result<Token, EngineError>> + Send>>,
    open: Option<OpenRequest>,
}

impl CountedStream {
    pub(super) fn new(
        tokens: impl Stream<Item = Result<Token, EngineError>> + Send + 'static,
        open: OpenRequest,
    ) -> Self {
        Self {
            tokens: Box::pin(tokens),
            open: Some(open),
        }
    }

    fn count(&mut self, item: Option<&Result<Token, EngineError>>) {
        match (item, self.open.take()) {
            (Some(Ok(token)), Some(mut open)) => {
                open.tokens(token.count);
                self.open = Some(open);
            }
            (Some(Err(error)), Some(open)) => open.failed(error),
            (None, Some(open)) => open.completed(),
            (_, None) => {}
        }
    }
}

impl Stream for CountedStream {
    type Item = Result<Token, EngineError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.tokens.as_mut().poll_next(cx));
        self.count(item.as_ref());
        Poll::Ready(item)
    }
}

impl fmt::Debug for CountedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountedStream").finish_non_exhaustive()
    }
}
