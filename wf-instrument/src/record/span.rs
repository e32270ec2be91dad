//! A call that is being measured.

use std::marker::PhantomData;
use std::mem;

use crate::clock::{self, Ticks};
use crate::outcome::Outcome;
use crate::series::SpanShard;
use crate::site::SpanSite;
use crate::thread::Writer;
use crate::units::Nanos;

impl SpanSite {
    /// Begins a call that ends where the scope is dropped: ok, or panicked while the thread unwinds.
    #[inline]
    pub fn enter(&'static self) -> SpanScope {
        let shard = self.series.sole();
        match shard {
            Some(shard) => shard.start(Writer::Sole),
            None => self.start_elsewhere(),
        }
        SpanScope {
            site: self,
            shard,
            start: clock::ticks(),
            stays: PhantomData,
        }
    }

    #[cold]
    fn start_elsewhere(&self) {
        self.series.start();
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

/// A call in flight. 16 bytes; two clock readings and two records in all, about 26 ns.
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

/// A call that ends with the block, and on the thread, that it began in.
///
/// It remembers the thread's share of the series, so that the end need not look for it again. To be kept on the stack: in a
/// thread-local, it could outlive the thread's right to its share.
#[derive(Debug)]
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SpanScope {
    site: &'static SpanSite,
    shard: Option<&'static SpanShard>,
    start: Ticks,
    stays: PhantomData<*const ()>,
}

impl SpanScope {
    #[cold]
    fn end_elsewhere(&self, outcome: Outcome, took: Nanos) {
        self.site.series.end(outcome, took);
    }
}

impl Drop for SpanScope {
    #[inline]
    fn drop(&mut self) {
        let outcome = match std::thread::panicking() {
            true => Outcome::Panicked,
            false => Outcome::Ok,
        };
        let took = clock::between(self.start, clock::ticks());
        match self.shard {
            Some(shard) => shard.end(outcome, took, Writer::Sole),
            None => self.end_elsewhere(outcome, took),
        }
    }
}
