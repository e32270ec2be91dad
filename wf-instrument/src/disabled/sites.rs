//! Places in the code.

use super::handles::{FrameScope, Generation, Span, SpanScope};

/// A measured function. Measures nothing here.
#[derive(Debug)]
pub struct SpanSite(pub(super) ());

impl SpanSite {
    /// Does nothing.
    #[inline]
    pub fn enter(&'static self) -> SpanScope {
        SpanScope(())
    }

    /// Does nothing.
    #[inline]
    pub fn enter_with(&'static self, _values: &[&str]) -> SpanScope {
        SpanScope(())
    }

    /// Does nothing.
    #[inline]
    pub fn start(&'static self) -> Span {
        Span(())
    }

    /// Does nothing.
    #[inline]
    pub fn start_with(&'static self, _values: &[&str]) -> Span {
        Span(())
    }
}

/// A function that answers requests with tokens. Measures nothing here.
#[derive(Debug)]
pub struct GenerationSite(pub(super) ());

impl GenerationSite {
    /// Does nothing.
    #[inline]
    pub fn arrive(&'static self) -> Generation {
        Generation(())
    }

    /// Does nothing.
    #[inline]
    pub fn arrive_as(&'static self, _model: &str) -> Generation {
        Generation(())
    }

    /// Does nothing.
    #[inline]
    pub fn arrive_with(&'static self, _values: &[&str]) -> Generation {
        Generation(())
    }
}

/// A function that draws a picture. Measures nothing here.
#[derive(Debug)]
pub struct FrameSite(pub(super) ());

impl FrameSite {
    /// Does nothing.
    #[inline]
    pub fn enter(&'static self) -> FrameScope {
        FrameScope(())
    }

    /// Does nothing.
    #[inline]
    pub fn enter_with(&'static self, _values: &[&str]) -> FrameScope {
        FrameScope(())
    }

    /// Does nothing.
    #[inline]
    pub fn shown(&'static self) {}
}
