//! An answer that is sent as it comes: server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::response::sse::Event;
use futures_util::{Stream, StreamExt};
use serde_json::Value;

use super::error::ApiError;
use super::shape::Shape;
use crate::client::Answer;
use crate::engine::{EngineError, Token};

/// Opening, pieces, ending, usage if asked for, `[DONE]`. An error in between is sent as an event and is the last one.
#[derive(Debug)]
pub(super) struct Events {
    /// `None` when all of it was read.
    answer: Option<Answer>,
    shape: Shape,
    include_usage: bool,
    tokens: u64,
    /// Events that are ready to be sent.
    ready: VecDeque<Event>,
}

impl Events {
    pub(super) fn new(answer: Answer, shape: Shape, include_usage: bool) -> Self {
        let opening = shape.opening();
        let mut events = Self {
            answer: Some(answer),
            shape,
            include_usage,
            tokens: 0,
            ready: VecDeque::new(),
        };
        events
            .ready
            .extend(opening.map(|chunk| events.event(chunk)));
        events
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
                if self.include_usage {
                    let bill = self.shape.bill(self.tokens);
                    self.ready
                        .push_back(Event::default().data(bill.to_string()));
                }
                self.ready.push_back(Event::default().data("[DONE]"));
            }
        }
    }

    fn push_token(&mut self, token: &Token) {
        self.tokens += token.count;
        let text = (!token.text.is_empty()).then(|| self.shape.piece(&token.text));
        let ending = token.finish.map(|finish| self.shape.ending(finish));
        for chunk in text.into_iter().chain(ending) {
            let event = self.event(chunk);
            self.ready.push_back(event);
        }
    }

    /// Where usage was asked for, each chunk says that it is not in this one.
    fn event(&self, mut chunk: Value) -> Event {
        if self.include_usage {
            chunk["usage"] = Value::Null;
        }
        Event::default().data(chunk.to_string())
    }
}

impl Stream for Events {
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
