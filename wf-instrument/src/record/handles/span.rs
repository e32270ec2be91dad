//! A call that is being measured.

use std::{mem, thread};

use super::start::Start;
use crate::clock::{self, Ticks};
use crate::outcome::Outcome;
use crate::series::SpanSeries;
use crate::site::SpanSite;

impl SpanSite {
    /// Begins a call that ends where the scope is dropped: ok, or panicked if the thread begins to
    /// unwind.
    #[inline]
    pub fn enter(&'static self) -> SpanScope {
        SpanScope::begin(self.series.plain())
    }

    /// Begins the call with values for the site's labels; about 2 ns more for each value
    /// compared (bench `label`).
    #[inline]
    pub fn enter_with(&'static self, values: &[&str]) -> SpanScope {
        SpanScope::begin(self.series.of(values, SpanSeries::new))
    }

    /// Begins a call of a function that returns at its end only.
    #[doc(hidden)]
    #[inline]
    pub fn enter_judged(&'static self) -> JudgedScope {
        JudgedScope::begin(self.series.plain())
    }

    /// Begins the call with values for the site's labels.
    #[doc(hidden)]
    #[inline]
    pub fn enter_judged_with(&'static self, values: &[&str]) -> JudgedScope {
        JudgedScope::begin(self.series.of(values, SpanSeries::new))
    }

    /// Begins a call that is ended by [`Span::end`]; dropped before, it was cancelled.
    #[inline]
    pub fn start(&'static self) -> Span {
        Span::begin(self.series.plain())
    }

    /// Begins the call with values for the site's labels; about 2 ns more for each value
    /// compared (bench `label`).
    #[inline]
    pub fn start_with(&'static self, values: &[&str]) -> Span {
        Span::begin(self.series.of(values, SpanSeries::new))
    }
}

/// A call in flight. 16 bytes; two clock readings and two records in all, 20 to 26 ns.
///
/// Dropped before [`Span::end`], it was cancelled; panicked, if the thread has begun to unwind
/// since it started.
#[derive(Debug)]
#[must_use = "a span that is dropped at once was cancelled"]
pub struct Span {
    series: &'static SpanSeries,
    start: Start,
}

impl Span {
    #[inline]
    fn begin(series: &'static SpanSeries) -> Self {
        series.start();
        Self {
            series,
            start: Start::now(),
        }
    }

    /// Ends the call.
    #[inline]
    pub fn end(self, outcome: Outcome) {
        self.series.end(outcome, self.start.elapsed());
        mem::forget(self);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let outcome = Outcome::of_drop(self.start.has_unwound());
        self.series.end(outcome, self.start.elapsed());
    }
}

/// A call that ends by [`SpanScope::end`] or with the block that it began in. 16 bytes.
///
/// Dropped, it is ok; panicked, if the thread has begun to unwind since it began. Of a call that
/// began while the thread was unwinding, in a destructor, a drop does not say whether it panicked
/// itself: it is taken for ok.
#[derive(Debug)]
#[must_use = "a scope that is dropped at once measures nothing"]
pub struct SpanScope {
    series: &'static SpanSeries,
    start: Start,
}

impl SpanScope {
    #[inline]
    fn begin(series: &'static SpanSeries) -> Self {
        series.start();
        Self {
            series,
            start: Start::now(),
        }
    }

    /// Ends the call with `outcome`.
    #[inline]
    pub fn end(self, outcome: Outcome) {
        let (series, start) = (self.series, self.start.ticks());
        mem::forget(self);
        series.end_since(start, outcome);
    }
}

impl Drop for SpanScope {
    #[inline]
    fn drop(&mut self) {
        if thread::panicking() {
            end_while_unwinding(self.series, self.start);
        } else {
            self.series.end_since(self.start.ticks(), Outcome::Ok);
        }
    }
}

/// A call whose end the code reports. 16 bytes.
///
/// Dropped before [`JudgedScope::end`], it has panicked: nothing else leaves it without a report.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "a scope that is dropped at once has panicked"]
pub struct JudgedScope {
    series: &'static SpanSeries,
    start: Ticks,
}

impl JudgedScope {
    #[inline]
    fn begin(series: &'static SpanSeries) -> Self {
        series.start();
        Self {
            series,
            start: clock::ticks(),
        }
    }

    /// Ends the call with `outcome`.
    #[inline(always)]
    pub fn end(self, outcome: Outcome) {
        let (series, start) = (self.series, self.start);
        mem::forget(self);
        series.end_since(start, outcome);
    }
}

impl Drop for JudgedScope {
    #[cold]
    fn drop(&mut self) {
        let took = clock::since(self.start);
        self.series.end(Outcome::Panicked, took);
    }
}

// Out of line, as is all that is rare: it would crowd every measured function.
#[cold]
fn end_while_unwinding(series: &'static SpanSeries, start: Start) {
    let outcome = match start.has_unwound() {
        true => Outcome::Panicked,
        false => Outcome::Ok,
    };
    series.end(outcome, start.elapsed());
}
