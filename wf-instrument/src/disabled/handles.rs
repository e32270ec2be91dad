//! What is under way.

use std::time::Instant;

use crate::outcome::Outcome;

/// Ends the queue time of the generation in scope. Does nothing here.
#[inline]
pub fn admitted() {}

/// Says that the answer of the generation in scope was cut short. Does nothing here.
#[inline]
pub fn truncated() {}

/// Counts nothing.
#[inline]
pub(crate) fn orphaned_tokens(_n: u64) {}

/// Counts tokens of the generation in scope. Counts nothing here.
#[inline]
pub fn current_tokens(_n: u64) {}

/// A request in flight. Knows nothing here.
#[derive(Debug)]
#[must_use = "a request that is dropped at once was cancelled"]
pub struct Generation(pub(super) ());

impl Generation {
    /// Does nothing.
    #[inline]
    pub fn queued_at(&mut self, _arrived: Instant) {}

    /// Does nothing.
    #[inline]
    pub fn admitted(&self) {}

    /// Counts nothing.
    #[inline]
    pub fn prompt_tokens(&self, _n: u64) {}

    /// Counts nothing.
    #[inline]
    pub fn tokens(&self, _n: u64) {}

    /// Counts nothing.
    #[inline]
    pub fn tokens_at(&self, _n: u64, _made: Stamp) {}

    #[inline]
    pub(crate) fn received(&self, _n: u64) {}

    /// Does nothing.
    #[inline]
    pub fn failed(&self) {}

    /// Does nothing.
    #[inline]
    pub fn truncated(&self) {}

    #[inline]
    pub(crate) fn received_at(&self, _n: u64, _made: Stamp) {}

    #[inline]
    pub(crate) fn move_here(&mut self) {}

    /// Runs `work`.
    #[inline]
    pub fn enter_source<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }

    /// Runs `work`.
    #[inline]
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }

    /// Does nothing.
    #[inline]
    pub fn end(self, _outcome: Outcome) {}
}

/// The moment at which tokens were made. Knows nothing here, and takes no space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(());

impl Stamp {
    /// Reads no clock.
    #[inline]
    #[must_use]
    pub const fn now() -> Self {
        Self(())
    }
}

impl From<Instant> for Stamp {
    fn from(_: Instant) -> Self {
        Self(())
    }
}

/// A call in flight. Knows nothing here.
#[derive(Debug)]
#[must_use = "a span that is dropped at once was cancelled"]
pub struct Span(pub(super) ());

impl Span {
    /// Does nothing.
    #[inline]
    pub fn end(self, _outcome: Outcome) {}
}

/// A call that ends with its block. Knows nothing here.
#[derive(Debug)]
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SpanScope(pub(super) ());

impl SpanScope {
    /// Does nothing.
    #[inline]
    pub fn end(self, _outcome: Outcome) {}
}

/// A picture being drawn. Knows nothing here.
#[derive(Debug)]
#[must_use = "a frame that is dropped at once took no time"]
pub struct FrameScope(pub(super) ());
