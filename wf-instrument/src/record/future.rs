//! Futures that measure the future within them.
//!
//! Each holds the inner future by value and polls it in place: no copy, no allocation, no extra
//! poll or wake-up.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::measured::Measured;
use super::{Generation, Span};
use crate::outcome::Outcome;

impl Span {
    /// Ends the call with the outcome that `judge` returns for the output; dropped before, it was
    /// cancelled. 16 bytes more than `future`, and what `judge` captures.
    pub fn measure<F, J>(self, future: F, judge: J) -> SpanFuture<F, J>
    where
        F: Future,
        J: Fn(&F::Output) -> Outcome,
    {
        SpanFuture {
            future,
            span: Measured::new(self),
            judge,
        }
    }
}

impl Generation {
    /// Puts the request in scope on every poll, and ends it with the outcome that `judge` returns
    /// for the output; dropped before, it was cancelled.
    pub fn measure<F, J>(self, future: F, judge: J) -> GenerationFuture<F, J>
    where
        F: Future,
        J: Fn(&F::Output) -> Outcome,
    {
        GenerationFuture {
            future,
            generation: Measured::new(self),
            judge,
        }
    }

    /// Puts the request in scope on every poll, as [`Generation::enter_source`] does. Resolves to
    /// the request and the output, for functions that return a stream.
    pub fn accompany<F: Future>(self, future: F) -> Accompanied<F> {
        Accompanied {
            future,
            generation: Measured::new(self),
        }
    }
}

pin_project_lite::pin_project! {
    /// The future of a measured call.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct SpanFuture<F, J> {
        #[pin]
        future: F,
        span: Measured<Span>,
        judge: J,
    }
}

impl<F: Future, J: Fn(&F::Output) -> Outcome> Future for SpanFuture<F, J> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let unwound = Unwound(this.span);
        let polled = this.future.poll(cx);
        mem::forget(unwound);
        let output = ready!(polled);
        if let Some(span) = this.span.take() {
            span.end((this.judge)(&output));
        }
        Poll::Ready(output)
    }
}

/// Dropped only where a poll unwinds: the call ends then, since the future may be dropped when the
/// unwinding is over.
struct Unwound<'a>(&'a mut Option<Span>);

impl Drop for Unwound<'_> {
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            span.end(Outcome::Panicked);
        }
    }
}

pin_project_lite::pin_project! {
    /// The future of a request that counts its tokens while it runs.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct GenerationFuture<F, J> {
        #[pin]
        future: F,
        generation: Measured<Generation>,
        judge: J,
    }
}

impl<F: Future, J: Fn(&F::Output) -> Outcome> Future for GenerationFuture<F, J> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(match this.generation.as_mut() {
            Some(generation) => {
                generation.move_here();
                generation.enter(|| this.future.poll(cx))
            }
            None => this.future.poll(cx),
        });
        if let Some(generation) = this.generation.take() {
            generation.end((this.judge)(&output));
        }
        Poll::Ready(output)
    }
}

pin_project_lite::pin_project! {
    /// The future of a request whose response follows after it resolves.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Accompanied<F> {
        #[pin]
        future: F,
        generation: Measured<Generation>,
    }
}

impl<F: Future> Future for Accompanied<F> {
    type Output = (Generation, F::Output);

    /// # Panics
    ///
    /// If it is polled after it was ready, as futures may.
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(match this.generation.as_mut() {
            Some(generation) => {
                generation.move_here();
                generation.enter_source(|| this.future.poll(cx))
            }
            None => this.future.poll(cx),
        });
        let generation = this
            .generation
            .take()
            .expect("not polled after it was ready");
        Poll::Ready((generation, output))
    }
}
