//! An iterator of tokens, measured item by item.

use std::iter::FusedIterator;

use super::Generation;
use super::measured::Measured;
use super::progress::Judgement;
use super::stream::{end, orphan};

/// Yields what `iterator` yields, and counts each item and the end at the generation.
///
/// Measures iterators as [`MeasureStream`](super::MeasureStream) measures streams.
#[derive(Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct MeasureIterator<I, J> {
    iterator: I,
    generation: Measured<Generation>,
    judge: J,
}

impl<I: Iterator, J: Fn(&I::Item) -> V, V: Judgement> MeasureIterator<I, J> {
    /// Measures `iterator` as the response of `generation`; `judge` returns the progress that each
    /// item brings, as a [`Progress`](super::Progress), or with a flag for the last one, as a pair
    /// of a [`Progress`](super::Progress) and a `bool`.
    pub fn new(iterator: I, generation: Generation, judge: J) -> Self {
        Self {
            iterator,
            generation: Measured::new(generation),
            judge,
        }
    }
}

impl<I: Iterator, J: Fn(&I::Item) -> V, V: Judgement> Iterator for MeasureIterator<I, J> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        let (iterator, judge) = (&mut self.iterator, &self.judge);
        let Some(generation) = self.generation.as_ref() else {
            return iterator.next().inspect(|item| orphan(judge(item)));
        };
        let mut last = false;
        // The judge is the user's code too: where it unwinds, the generation has panicked.
        let item = generation.enter_source(|| {
            let item = iterator.next();
            if let Some(item) = &item {
                last = generation.record_item(judge(item));
            }
            item
        });
        if last || item.is_none() {
            end(&mut self.generation);
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iterator.size_hint()
    }
}

impl<I: ExactSizeIterator, J: Fn(&I::Item) -> V, V: Judgement> ExactSizeIterator
    for MeasureIterator<I, J>
{
}

impl<I: FusedIterator, J: Fn(&I::Item) -> V, V: Judgement> FusedIterator for MeasureIterator<I, J> {}
