//! Counters of requests, outcomes and tokens on the client's side.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::engine::EngineError;

/// Counters of a set of clients. An update is one relaxed addition.
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

/// Counts of all clients at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests sent.
    pub sent: u64,
    /// Requests that completed.
    #[serde(rename = "answered")]
    pub completed: u64,
    /// Requests that the gate rejected.
    #[serde(rename = "shed")]
    pub rejected: u64,
    /// Requests that ended in another error.
    pub failed: u64,
    /// Requests that their client cancelled.
    #[serde(rename = "left")]
    pub cancelled: u64,
    /// Prompt tokens of requests that completed or received a token: those that were certainly
    /// read.
    pub prompt_tokens: u64,
    /// Tokens that arrived.
    pub tokens: u64,
}

/// A request in flight. Its outcome is counted on drop, and is "cancelled" unless another was set.
#[derive(Debug)]
pub(super) struct OpenRequest {
    counters: Arc<Counters>,
    end: fn(&Counters) -> &AtomicU64,
    /// Prompt tokens that are not counted yet.
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
    /// Requests in flight.
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
