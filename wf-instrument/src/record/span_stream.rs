//! A stream that a measured call returns.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::Span;
use super::measured::Measured;
use crate::outcome::Outcome;

impl Span {
    /// Ends with the stream: ok, or an error if `judge` finds one in an item; dropped before, the
    /// call was cancelled. 24 bytes more than `stream`, and what `judge` captures.
    pub fn measure_stream<S, J>(self, stream: S, judge: J) -> SpanStream<S, J>
    where
        S: Stream,
        J: Fn(&S::Item) -> Outcome,
    {
        SpanStream {
            stream,
            call: Call {
                span: Measured::new(self),
                failed: false,
            },
            judge,
        }
    }
}

pin_project_lite::pin_project! {
    /// The stream of a measured call: yields what `stream` yields. No clock reading, no allocation
    /// and no poll of its own for an item.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct SpanStream<S, J> {
        #[pin]
        stream: S,
        call: Call,
        judge: J,
    }
}

impl<S: Stream, J: Fn(&S::Item) -> Outcome> Stream for SpanStream<S, J> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        // The judge is the user's code too: where it unwinds, the call has panicked.
        let unwound = Unwound(this.call);
        let polled = this.stream.poll_next(cx);
        match &polled {
            Poll::Ready(Some(item)) => unwound.0.failed |= (this.judge)(item) == Outcome::Error,
            Poll::Ready(None) => unwound.0.complete(),
            Poll::Pending => {}
        }
        mem::forget(unwound);
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

/// A call in flight, and whether an item of it was an error.
#[derive(Debug)]
struct Call {
    span: Measured<Span>,
    failed: bool,
}

impl Call {
    fn end(&mut self, outcome: Outcome) {
        if let Some(span) = self.span.take() {
            span.end(outcome);
        }
    }

    /// The stream has ended by itself.
    fn complete(&mut self) {
        self.end(match self.failed {
            true => Outcome::Error,
            false => Outcome::Ok,
        });
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // Otherwise it was cancelled.
        if self.failed {
            self.end(Outcome::Error);
        }
    }
}

/// Dropped only where a poll unwinds: the call ends then, since the stream may be dropped when the
/// unwinding is over.
struct Unwound<'a>(&'a mut Call);

impl Drop for Unwound<'_> {
    fn drop(&mut self) {
        self.0.end(Outcome::Panicked);
    }
}
