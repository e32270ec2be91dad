//! A call that is being measured.

use std::mem;

use crate::clock::{self, Ticks};
use crate::outcome::Outcome;
use crate::site::SpanSite;

impl SpanSite {
    /// Begins a call that ends where the scope is dropped: ok, or panicked while the thread unwinds.
    #[inline]
    pub fn enter(&'static self) -> SpanScope {
        SpanScope {
            span: mem::ManuallyDrop::new(self.start()),
        }
    }

    /// Begins a call that is ended by [`Span::end`]; dropped before, it was cancelled.
    #[inline]
    pub fn start(&'static self) -> Span {
        self.series.start();
        Span {
            site: self,
            start: clock::ticks(),
        }
    }
}

/// A call in flight. 16 bytes; two clock readings and two records in all, about 28 ns.
#[derive(Debug)]
#[must_use = "a span that is dropped at once was cancelled"]
pub struct Span {
    site: &'static SpanSite,
    start: Ticks,
}

impl Span {
    /// Ends the call.
    #[inline]
    pub fn end(self, outcome: Outcome) {
        self.record(outcome);
        mem::forget(self);
    }

    #[inline]
    fn record(&self, outcome: Outcome) {
        let took = clock::between(self.start, clock::ticks());
        self.site.series.end(outcome, took);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.record(Outcome::of_drop());
    }
}

/// A call that ends with the block it began in.
#[derive(Debug)]
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SpanScope {
    span: mem::ManuallyDrop<Span>,
}

impl Drop for SpanScope {
    #[inline]
    fn drop(&mut self) {
        let unwinding = std::thread::panicking();
        self.span.record(if unwinding {
            Outcome::Panicked
        } else {
            Outcome::Ok
        });
    }
}
