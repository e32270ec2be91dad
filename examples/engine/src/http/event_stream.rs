//! An answer that is sent as it comes: server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::response::sse::Event;
use futures_util::{Stream, StreamExt};
use serde_json::Value;

use super::api_request::Usage;
use super::error::ApiError;
use super::response::ResponseFormat;
use crate::client::CountedStream;
use crate::engine::{EngineError, Token};

/// A chunk for each token, usage if asked for, `[DONE]`. An error in between is sent as an event
/// and is the last one.
///
/// A token that has no text yet has a chunk too, so that a client that counts chunks counts tokens.
#[derive(Debug)]
pub(super) struct EventStream {
    /// `None` when all of it was read.
    answer: Option<CountedStream>,
    format: ResponseFormat,
    usage: Usage,
    begun: bool,
    tokens: u64,
    /// EventStream that are ready to be sent.
    ready: VecDeque<Event>,
}

impl EventStream {
    pub(super) fn new(answer: CountedStream, format: ResponseFormat, usage: Usage) -> Self {
        Self {
            answer: Some(answer),
            format,
            usage,
            begun: false,
            tokens: 0,
            ready: VecDeque::new(),
        }
    }

    fn push(&mut self, item: Option<Result<Token, EngineError>>) {
        match item {
            Some(Ok(token)) => self.push_token(&token),
            Some(Err(error)) => {
                self.answer = None;
                let error = ApiError::from(error).to_json();
                self.ready
                    .push_back(Event::default().data(error.to_string()));
            }
            None => {
                self.answer = None;
                if self.usage.at_the_end {
                    let bill = self.format.bill(self.tokens);
                    self.ready
                        .push_back(Event::default().data(bill.to_string()));
                }
                self.ready.push_back(Event::default().data("[DONE]"));
            }
        }
    }

    fn push_token(&mut self, token: &Token) {
        self.tokens += token.count;
        let is_first = !std::mem::replace(&mut self.begun, true);
        let mut chunk = self.format.piece(&token.text, is_first, token.finish);
        if self.usage.continuous {
            chunk["usage"] = self.format.usage(self.tokens);
        } else if self.usage.at_the_end {
            // Says that it is not in this one.
            chunk["usage"] = Value::Null;
        }
        self.ready
            .push_back(Event::default().data(chunk.to_string()));
    }
}

impl Stream for EventStream {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(answer) = &mut self.answer else {
                return Poll::Ready(None);
            };
            let item = ready!(answer.poll_next_unpin(cx));
            self.push(item);
        }
    }
}
