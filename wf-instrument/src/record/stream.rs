//! A stream of tokens, measured item by item.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::measured::Measured;
use super::progress::{Judgement, Progress};
use super::{Generation, orphaned_tokens};
use crate::outcome::Outcome;

pin_project_lite::pin_project! {
    /// Yields what `stream` yields, and counts each item and the end at the generation.
    ///
    /// The end of the stream ends the generation, as does an item that `judge` flags as the last:
    /// ok, or an error if an item was one. Dropped before, it was cancelled. Tokens that come after
    /// the end are orphans; items less than 100 µs apart end one interval ([`Progress::Tokens`]). 8
    /// bytes more than the stream; one clock reading an item, none where the item has a stamp; no
    /// allocation, no poll and no wake-up of its own.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct MeasureStream<S, J> {
        #[pin]
        stream: S,
        generation: Measured<Generation>,
        judge: J,
    }
}

impl<S: Stream, J: Fn(&S::Item) -> V, V: Judgement> MeasureStream<S, J> {
    /// Measures `stream` as the response of `generation`; `judge` returns the progress that each
    /// item brings, as a [`Progress`], or with a flag for the last one, as a pair of a [`Progress`]
    /// and a `bool`.
    pub fn new(stream: S, generation: Generation, judge: J) -> Self {
        Self {
            stream,
            generation: Measured::new(generation),
            judge,
        }
    }
}

impl<S: Stream, J: Fn(&S::Item) -> V, V: Judgement> Stream for MeasureStream<S, J> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let (stream, judge) = (this.stream, &*this.judge);
        let Some(generation) = this.generation.as_ref() else {
            let polled = stream.poll_next(cx);
            if let Poll::Ready(Some(item)) = &polled {
                orphan(judge(item));
            }
            return polled;
        };
        let mut last = false;
        // The judge is the user's code too: where it unwinds, the generation has panicked.
        let polled = generation.enter_source(|| {
            let polled = stream.poll_next(cx);
            if let Poll::Ready(Some(item)) = &polled {
                last = generation.record_item(judge(item));
            }
            polled
        });
        if last || matches!(polled, Poll::Ready(None)) {
            end(this.generation);
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

impl Generation {
    /// Records the progress of an item, and returns whether it is the last. For adapters: no other
    /// thread counts at the same time.
    // Always: as `Request::tokens`, to which it leads.
    #[inline(always)]
    pub(super) fn record_item(&self, judgement: impl Judgement) -> bool {
        let (progress, last) = judgement.into_parts();
        match progress {
            Progress::Tokens(n) => self.received(n),
            Progress::TokensAt(n, made) => self.received_at(n, made),
            Progress::Failed => self.failed(),
        }
        last
    }
}

/// Counts the tokens of an item after the end.
#[cold]
pub(super) fn orphan(judgement: impl Judgement) {
    if let (Progress::Tokens(n) | Progress::TokensAt(n, _), _) = judgement.into_parts() {
        orphaned_tokens(n);
    }
}

/// Ends the generation of a stream or iterator that has ended: ok, unless it has failed.
pub(super) fn end(generation: &mut Option<Generation>) {
    if let Some(generation) = generation.take() {
        generation.end(Outcome::Ok);
    }
}
