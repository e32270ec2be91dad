//! Sites and handles that record nothing. Each is documented where it measures.
#![expect(missing_docs, reason = "the API is that of a build that measures")]

use std::time::Instant;

use crate::outcome::Outcome;

#[inline]
pub fn admitted() {}

#[inline]
pub fn truncated() {}

#[inline]
pub(crate) fn orphaned_tokens(_n: u64) {}

#[inline]
pub fn current_tokens(_n: u64) {}

#[derive(Debug)]
pub struct SpanSite(());

impl SpanSite {
    pub(crate) const NONE: &'static Self = &Self(());

    #[inline]
    pub fn enter(&'static self) -> SpanScope {
        SpanScope(())
    }

    #[inline]
    pub fn enter_with(&'static self, _values: &[&str]) -> SpanScope {
        SpanScope(())
    }

    #[inline]
    pub fn start(&'static self) -> Span {
        Span(())
    }

    #[inline]
    pub fn start_with(&'static self, _values: &[&str]) -> Span {
        Span(())
    }
}

#[derive(Debug)]
#[must_use = "a span that is dropped at once was cancelled"]
pub struct Span(());

impl Span {
    #[inline]
    pub fn end(self, _outcome: Outcome) {}
}

#[derive(Debug)]
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SpanScope(());

impl SpanScope {
    #[inline]
    pub fn end(self, _outcome: Outcome) {}
}

#[derive(Debug)]
pub struct FrameSite(());

impl FrameSite {
    pub(crate) const NONE: &'static Self = &Self(());

    #[inline]
    pub fn enter(&'static self) -> FrameScope {
        FrameScope(())
    }

    #[inline]
    pub fn enter_with(&'static self, _values: &[&str]) -> FrameScope {
        FrameScope(())
    }

    #[inline]
    pub fn shown(&'static self) {}
}

#[derive(Debug)]
#[must_use = "a frame that is dropped at once took no time"]
pub struct FrameScope(());

#[derive(Debug)]
pub struct GenerationSite(());

impl GenerationSite {
    pub(crate) const NONE: &'static Self = &Self(());

    #[inline]
    pub fn arrive(&'static self) -> Generation {
        Generation(())
    }

    #[inline]
    pub fn arrive_as(&'static self, _model: &str) -> Generation {
        Generation(())
    }

    #[inline]
    pub fn arrive_with(&'static self, _values: &[&str]) -> Generation {
        Generation(())
    }
}

#[derive(Debug)]
#[must_use = "a request that is dropped at once was cancelled"]
pub struct Generation(());

impl Generation {
    #[inline]
    pub fn queued_at(&mut self, _arrived: Instant) {}

    #[inline]
    pub fn admitted(&self) {}

    #[inline]
    pub fn prompt_tokens(&self, _n: u64) {}

    #[inline]
    pub fn tokens(&self, _n: u64) {}

    #[inline]
    pub fn tokens_at(&self, _n: u64, _made: Stamp) {}

    #[inline]
    pub(crate) fn received(&self, _n: u64) {}

    #[inline]
    pub(crate) fn received_at(&self, _n: u64, _made: Stamp) {}

    #[inline]
    pub fn failed(&self) {}

    #[inline]
    pub fn truncated(&self) {}

    #[inline]
    pub(crate) fn move_here(&mut self) {}

    #[inline]
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }

    #[inline]
    pub fn enter_source<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }

    #[inline]
    pub fn end(self, _outcome: Outcome) {}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(());

impl Stamp {
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
