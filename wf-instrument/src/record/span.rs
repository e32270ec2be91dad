//! A call that is being measured.

use std::marker::PhantomData;
use std::mem;

use crate::clock::{self, Ticks};
use crate::outcome::Outcome;
use crate::series::{SpanSeries, SpanShard};
use crate::site::SpanSite;
use crate::thread::Writer;
use crate::units::Nanos;

impl SpanSite {
    /// Begins a call that ends where the scope is dropped: ok, or panicked while the thread unwinds.
    #[inline]
    pub fn enter(&'static self) -> SpanScope {
        SpanScope::begin(self.series.plain())
    }

    /// The same with values for the site's labels; about a nanosecond more for each value compared (bench `label`).
    #[inline]
    pub fn enter_with(&'static self, values: &[&str]) -> SpanScope {
        SpanScope::begin(self.series.of(values, SpanSeries::new))
    }

    /// Begins a call that is ended by [`Span::end`]; dropped before, it was cancelled.
    #[inline]
    pub fn start(&'static self) -> Span {
        Span::begin(self.series.plain())
    }

    /// The same with values for the site's labels; about a nanosecond more for each value compared (bench `label`).
    #[inline]
    pub fn start_with(&'static self, values: &[&str]) -> Span {
        Span::begin(self.series.of(values, SpanSeries::new))
    }
}

/// A call in flight. 16 bytes; two clock readings and two records in all, about 26 ns.
#[derive(Debug)]
#[must_use = "a span that is dropped at once was cancelled"]
pub struct Span {
    series: &'static SpanSeries,
    start: Ticks,
}

impl Span {
    #[inline]
    fn begin(series: &'static SpanSeries) -> Self {
        series.start();
        Self {
            series,
            start: clock::ticks(),
        }
    }

    /// Ends the call.
    #[inline]
    pub fn end(self, outcome: Outcome) {
        self.record(outcome);
        mem::forget(self);
    }

    #[inline]
    fn record(&self, outcome: Outcome) {
        let took = clock::between(self.start, clock::ticks());
        self.series.end(outcome, took);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.record(Outcome::of_drop());
    }
}

/// A call that ends on the thread that it began on: by [`SpanScope::end`], or with its block.
///
/// It remembers the thread's share of the series, so that the end need not look for it again. To be kept on the stack: in a
/// thread-local, it could outlive the thread's right to its share.
#[derive(Debug)]
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SpanScope {
    series: &'static SpanSeries,
    shard: Option<&'static SpanShard>,
    start: Ticks,
    stays: PhantomData<*const ()>,
}

impl SpanScope {
    #[inline]
    fn begin(series: &'static SpanSeries) -> Self {
        let shard = series.sole();
        match shard {
            Some(shard) => shard.start(Writer::Sole),
            None => start_elsewhere(series),
        }
        Self {
            series,
            shard,
            start: clock::ticks(),
            stays: PhantomData,
        }
    }

    /// Ends the call as its output says.
    #[inline]
    pub fn end(self, outcome: Outcome) {
        self.record(outcome);
        mem::forget(self);
    }

    #[inline]
    fn record(&self, outcome: Outcome) {
        let took = clock::between(self.start, clock::ticks());
        match self.shard {
            Some(shard) => shard.end(outcome, took, Writer::Sole),
            None => self.end_elsewhere(outcome, took),
        }
    }

    #[cold]
    fn end_elsewhere(&self, outcome: Outcome, took: Nanos) {
        self.series.end(outcome, took);
    }
}

#[cold]
fn start_elsewhere(series: &SpanSeries) {
    series.start();
}

impl Drop for SpanScope {
    #[inline]
    fn drop(&mut self) {
        let outcome = match std::thread::panicking() {
            true => Outcome::Panicked,
            false => Outcome::Ok,
        };
        self.record(outcome);
    }
}
