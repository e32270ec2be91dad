//! Requests sent, their ends, and the tokens that arrived.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::engine::EngineError;

/// Counts of a set of clients. A count is one relaxed addition.
#[derive(Debug, Default)]
pub(super) struct Counters {
    sent: AtomicU64,
    completed: AtomicU64,
    rejected: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
    prompt_tokens: AtomicU64,
    tokens: AtomicU64,
}

/// What the clients had seen at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests sent.
    pub sent: u64,
    /// Requests whose last token arrived.
    #[serde(rename = "answered")]
    pub completed: u64,
    /// Requests that the gate refused.
    #[serde(rename = "shed")]
    pub rejected: u64,
    /// Requests that ended in another error.
    pub failed: u64,
    /// Requests whose client went away first.
    #[serde(rename = "left")]
    pub cancelled: u64,
    /// Tokens of the prompts that a client knows to have been read: those of requests that brought
    /// a token or were completed.
    pub prompt_tokens: u64,
    /// Tokens that arrived.
    pub tokens: u64,
}

/// One request on its way; counts its end when it is dropped. Until another end is known, that is that its client cancelled.
#[derive(Debug)]
pub(super) struct OpenRequest {
    counters: Arc<Counters>,
    end: fn(&Counters) -> &AtomicU64,
    /// Of the prompt, and not counted yet.
    prompt_tokens: u64,
}

impl Counters {
    pub(super) fn sent(counters: &Arc<Self>, prompt_tokens: usize) -> OpenRequest {
        add(&counters.sent, 1);
        OpenRequest {
            counters: Arc::clone(counters),
            end: |counters| &counters.cancelled,
            prompt_tokens: prompt_tokens as u64,
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counts {
            sent: read(&self.sent),
            completed: read(&self.completed),
            rejected: read(&self.rejected),
            failed: read(&self.failed),
            cancelled: read(&self.cancelled),
            prompt_tokens: read(&self.prompt_tokens),
            tokens: read(&self.tokens),
        }
    }
}

impl Counts {
    /// Requests that have no end yet.
    #[must_use]
    pub const fn open(&self) -> u64 {
        let ended = self.completed + self.rejected + self.failed + self.cancelled;
        self.sent.saturating_sub(ended)
    }
}

impl OpenRequest {
    pub(super) fn tokens(&mut self, count: u64) {
        add(&self.counters.tokens, count);
        if count > 0 {
            self.count_prompt();
        }
    }

    pub(super) fn completed(mut self) {
        self.end = |counters| &counters.completed;
        self.count_prompt();
    }

    fn count_prompt(&mut self) {
        add(
            &self.counters.prompt_tokens,
            std::mem::take(&mut self.prompt_tokens),
        );
    }

    pub(super) fn failed(mut self, error: &EngineError) {
        self.end = match error {
            EngineError::Rejected(_) => |counters| &counters.rejected,
            _ => |counters| &counters.failed,
        };
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        add((self.end)(&self.counters), 1);
    }
}

fn add(count: &AtomicU64, n: u64) {
    count.fetch_add(n, Ordering::Relaxed);
}
