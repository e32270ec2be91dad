//! Requests sent, their ends, and the tokens that arrived.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::engine::EngineError;

/// Counts of a set of clients. A count is one relaxed addition.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sent: AtomicU64,
    answered: AtomicU64,
    shed: AtomicU64,
    failed: AtomicU64,
    left: AtomicU64,
    prompt_tokens: AtomicU64,
    tokens: AtomicU64,
}

/// What the clients had seen at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests sent.
    pub sent: u64,
    /// Answers that arrived whole.
    pub answered: u64,
    /// Requests that were refused because the engine was too busy.
    pub shed: u64,
    /// Requests that ended in another error.
    pub failed: u64,
    /// Requests whose client went away first.
    pub left: u64,
    /// Tokens of the prompts that a client knows to have been read: those of requests that brought
    /// a token or were answered.
    pub prompt_tokens: u64,
    /// Tokens that arrived.
    pub tokens: u64,
}

/// One request on its way; counts its end when it is dropped. Until another end is known, that is that its client left.
#[derive(Debug)]
pub(super) struct Call {
    tally: Arc<Tally>,
    end: fn(&Tally) -> &AtomicU64,
    /// Of the prompt, and not counted yet.
    prompt_tokens: u64,
}

impl Tally {
    pub(super) fn sent(tally: &Arc<Self>, prompt_tokens: usize) -> Call {
        add(&tally.sent, 1);
        Call {
            tally: Arc::clone(tally),
            end: |tally| &tally.left,
            prompt_tokens: prompt_tokens as u64,
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counts {
            sent: read(&self.sent),
            answered: read(&self.answered),
            shed: read(&self.shed),
            failed: read(&self.failed),
            left: read(&self.left),
            prompt_tokens: read(&self.prompt_tokens),
            tokens: read(&self.tokens),
        }
    }
}

impl Counts {
    /// Requests that have no end yet.
    #[must_use]
    pub const fn open(&self) -> u64 {
        let ended = self.answered + self.shed + self.failed + self.left;
        self.sent.saturating_sub(ended)
    }
}

impl Call {
    pub(super) fn tokens(&mut self, count: u64) {
        add(&self.tally.tokens, count);
        if count > 0 {
            self.has_read();
        }
    }

    pub(super) fn answered(mut self) {
        self.end = |tally| &tally.answered;
        self.has_read();
    }

    fn has_read(&mut self) {
        add(
            &self.tally.prompt_tokens,
            std::mem::take(&mut self.prompt_tokens),
        );
    }

    pub(super) fn failed(mut self, error: &EngineError) {
        self.end = match error {
            EngineError::Refused(_) => |tally| &tally.shed,
            _ => |tally| &tally.failed,
        };
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        add((self.end)(&self.tally), 1);
    }
}

fn add(count: &AtomicU64, n: u64) {
    count.fetch_add(n, Ordering::Relaxed);
}
