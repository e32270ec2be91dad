//! Time: raw ticks on the hot path, nanoseconds everywhere else.
//!
//! On x86-64 with an invariant TSC a reading is one `rdtsc` (about 9 ns here, against 21 ns for `std::time::Instant`), calibrated
//! once at first use (up to 200 ms, usually 10 to 20). Elsewhere it is the system's monotonic clock. The instruction is not fenced: the
//! processor may take a stamp up to some 20 ns early, so differences below 100 ns are to be read with that in mind. With the feature
//! `fenced` it waits for what comes before it, for 6 ns more a stamp and at the price of what the processor would have done meanwhile.

#[cfg(any(test, feature = "mock"))]
pub mod mock;
#[cfg(target_arch = "x86_64")]
mod tsc;

use std::sync::OnceLock;

use crate::fork::without_fork;
use crate::units::Nanos;

/// A raw reading of the clock. Means nothing by itself: see [`between`] and [`at`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticks(u64);

impl Ticks {
    /// The raw value, for storage in an atomic.
    pub(crate) const fn raw(self) -> u64 {
        self.0
    }

    /// What [`Ticks::raw`] gave.
    pub(crate) const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }
}

/// The clock now.
#[inline]
#[must_use]
pub fn ticks() -> Ticks {
    #[cfg(any(test, feature = "mock"))]
    if let Some(mocked) = mock::ticks() {
        return mocked;
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(ticks) = tsc::ticks() {
        return Ticks(ticks);
    }
    ticks_fallback()
}

/// The time from `start` to `end`; zero where the clock went backwards.
#[inline]
#[must_use]
pub fn between(start: Ticks, end: Ticks) -> Nanos {
    #[cfg(target_arch = "x86_64")]
    // A branch, which is foreseen, where a saturating subtraction would have the multiplication wait for it.
    if end.0 >= start.0
        && let Some(nanos) = tsc::nanos(end.0 - start.0)
    {
        return Nanos::new(nanos);
    }
    between_fallback(start, end)
}

/// The time since `start`; zero where the clock went backwards. As [`between`] and [`ticks`], but
/// that where the counter is the clock, it is asked once whether it is.
#[inline]
#[must_use]
pub(crate) fn since(start: Ticks) -> Nanos {
    #[cfg(any(test, feature = "mock"))]
    if let Some(now) = mock::ticks() {
        return between(start, now);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(nanos) = tsc::since(start.0) {
        return Nanos::new(nanos);
    }
    since_fallback(start)
}

/// The moment that lies `span` before `moment`, to a millionth; the counter's beginning where there is none.
#[must_use]
pub(crate) fn before(moment: Ticks, span: Nanos) -> Ticks {
    Ticks(moment.0.saturating_sub(ticks_of(span)))
}

/// How many ticks `span` lasts: the calibration run backwards over some half an hour.
fn ticks_of(span: Nanos) -> u64 {
    const SAMPLE: u64 = 1 << 42;
    let nanos = between(Ticks(0), Ticks(SAMPLE)).get().max(1);
    let ticks = u128::from(span.get()) * u128::from(SAMPLE) / u128::from(nanos);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// `ticks` as time since the clock's first use in this process; zero for anything before.
#[must_use]
pub fn at(ticks: Ticks) -> Nanos {
    #[cfg(any(test, feature = "mock"))]
    if mock::ticks().is_some() {
        return between(Ticks(0), ticks);
    }
    between(source().origin, ticks)
}

/// The time since the clock's first use in this process.
#[must_use]
pub fn now() -> Nanos {
    at(ticks())
}

/// Calibrates the clock now rather than in the first measurement. Up to 200 ms, usually 10 to 20.
pub fn calibrate() {
    source();
}

struct Source {
    clock: quanta::Clock,
    origin: Ticks,
}

/// Out of line: where the counter is the clock, only the first reading comes here, and its code would crowd every measured function.
#[cfg_attr(target_arch = "x86_64", cold)]
fn ticks_fallback() -> Ticks {
    Ticks(source().clock.raw())
}

#[cfg_attr(target_arch = "x86_64", cold)]
fn between_fallback(start: Ticks, end: Ticks) -> Nanos {
    Nanos::new(source().clock.delta_as_nanos(start.0, end.0))
}

#[cfg_attr(target_arch = "x86_64", cold)]
fn since_fallback(start: Ticks) -> Nanos {
    between_fallback(start, ticks_fallback())
}

fn source() -> &'static Source {
    static SOURCE: OnceLock<Source> = OnceLock::new();
    match SOURCE.get() {
        Some(source) => source,
        None => without_fork(|| SOURCE.get_or_init(calibrated)),
    }
}

fn calibrated() -> Source {
    let clock = quanta::Clock::new();
    let origin = Ticks(clock.raw());
    #[cfg(target_arch = "x86_64")]
    tsc::adopt(&clock);
    Source { clock, origin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_goes_backwards_measures_nothing() {
        let earlier = ticks();
        let later = Ticks(earlier.0 + 1_000_000);
        assert_eq!(between(later, earlier), Nanos::ZERO);
        assert!(between(earlier, later) > Nanos::ZERO);
    }
}
