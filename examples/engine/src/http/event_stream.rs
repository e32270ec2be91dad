//! Streamed responses: server-sent events.

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

/// One chunk per token, usage if requested, then `[DONE]`. An error is sent as the last event.
///
/// A token without text has a chunk too: clients that count chunks count tokens.
#[derive(Debug)]
pub(super) struct EventStream {
    /// `None` after its end.
    source: Option<CountedStream>,
    format: ResponseFormat,
    usage: Usage,
    begun: bool,
    tokens: u64,
    /// Events to send.
    ready: VecDeque<Event>,
}

impl EventStream {
    pub(super) fn new(source: CountedStream, format: ResponseFormat, usage: Usage) -> Self {
        Self {
            source: Some(source),
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
                self.source = None;
                let error = ApiError::from(error).to_json();
                self.ready
                    .push_back(Event::default().data(error.to_string()));
            }
            None => {
                self.source = None;
                if self.usage.at_the_end {
                    let usage = self.format.usage_chunk(self.tokens);
                    self.ready
                        .push_back(Event::default().data(usage.to_string()));
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
            // Null: the usage follows in a later chunk.
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
            let Some(source) = &mut self.source else {
                return Poll::Ready(None);
            };
            let item = ready!(source.poll_next_unpin(cx));
            self.push(item);
        }
    }
}
