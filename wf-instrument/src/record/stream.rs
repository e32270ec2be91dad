//! A stream of tokens, measured item by item.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::Generation;
use super::progress::Progress;
use crate::outcome::Outcome;

pin_project_lite::pin_project! {
    /// Yields what `stream` yields, and tells the generation of each item and of the end.
    ///
    /// The stream's end ends the generation: ok, or an error if an item was one. Dropped before, it was cancelled. 56 bytes more than
    /// the stream; one clock reading an item, none where the item has a stamp; no allocation, no poll and no wake-up of its own.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct MeasureStream<S, J> {
        #[pin]
        stream: S,
        generation: Option<Generation>,
        judge: J,
    }
}

impl<S: Stream, J: Fn(&S::Item) -> Progress> MeasureStream<S, J> {
    /// Measures `stream` as the answer of `generation`; `judge` says what each item brings.
    pub fn new(stream: S, generation: Generation, judge: J) -> Self {
        Self {
            stream,
            generation: Some(generation),
            judge,
        }
    }
}

impl<S: Stream, J: Fn(&S::Item) -> Progress> Stream for MeasureStream<S, J> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let Some(generation) = this.generation else {
            return this.stream.poll_next(cx);
        };
        let judge = &*this.judge;
        // The judge is its author's code too: where it unwinds, the generation has panicked.
        let polled = generation.enter(|| {
            let polled = this.stream.poll_next(cx);
            if let Poll::Ready(Some(item)) = &polled {
                generation.tell(judge(item));
            }
            polled
        });
        if let Poll::Ready(None) = polled {
            end(this.generation);
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

impl Generation {
    #[inline]
    pub(super) fn tell(&self, progress: Progress) {
        match progress {
            Progress::Tokens(n) => self.received(n),
            Progress::TokensAt(n, made) => self.tokens_at(n, made),
            Progress::Failed => self.failed(),
        }
    }
}

/// The stream or iterator is through: ok, unless the generation has failed.
pub(super) fn end(generation: &mut Option<Generation>) {
    if let Some(generation) = generation.take() {
        generation.end(Outcome::Ok);
    }
}
