//! Time: raw ticks on the hot path, nanoseconds everywhere else.
//!
//! On x86-64 with an invariant TSC a reading is one `rdtsc` (7 to 10 ns, against 21 ns for
//! `std::time::Instant`), calibrated once at first use (up to 200 ms, usually 10 to 20). Elsewhere
//! it is the system's monotonic clock. The instruction is not fenced: the processor may execute it
//! up to some 20 ns early, so read differences below 100 ns with that in mind. With the feature
//! `fenced` it waits for the instructions before it, and overlaps less with other work.

#[cfg(any(test, feature = "mock"))]
pub mod mock;
mod source;
#[cfg(target_arch = "x86_64")]
mod tsc;

use self::source::{source, ticks_of};
use crate::units::Nanos;

/// A raw reading of the clock. Only differences have a meaning: see [`between`] and [`at`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticks(u64);

impl Ticks {
    /// The raw value, for storage in an atomic.
    pub(crate) const fn raw(self) -> u64 {
        self.0
    }

    /// The reading that [`Ticks::raw`] returned.
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
        return Ticks(mocked);
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
    // A predicted branch: the multiplication would wait for a saturating subtraction.
    if end.0 < start.0 {
        return backwards();
    }
    #[cfg(target_arch = "x86_64")]
    return Nanos::new(tsc::nanos(end.0 - start.0));
    #[cfg(not(target_arch = "x86_64"))]
    source().nanos(end.0 - start.0)
}

/// The time since `start`; zero where the clock went backwards. As [`between`] and [`ticks`], with
/// one check of whether the counter is the clock.
#[inline]
#[must_use]
pub(crate) fn since(start: Ticks) -> Nanos {
    #[cfg(any(test, feature = "mock"))]
    if let Some(now) = mock::ticks() {
        return between(start, Ticks(now));
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(nanos) = tsc::since(start.0) {
        return Nanos::new(nanos);
    }
    since_fallback(start)
}

/// As [`since`], where that takes no more than the instruction: for callers that keep the rest out
/// of their way. Always on systems that have no such counter.
#[inline]
pub(crate) fn counted_since(start: Ticks) -> Option<Nanos> {
    #[cfg(any(test, feature = "mock"))]
    if let Some(now) = mock::ticks() {
        return Some(between(start, Ticks(now)));
    }
    #[cfg(target_arch = "x86_64")]
    return tsc::since(start.0).map(Nanos::new);
    #[cfg(not(target_arch = "x86_64"))]
    Some(since_fallback(start))
}

/// The moment that lies `span` before `moment`, to a millionth; the beginning of the counter where
/// it has not counted that long.
#[must_use]
pub(crate) fn before(moment: Ticks, span: Nanos) -> Ticks {
    Ticks(moment.0.saturating_sub(ticks_of(span)))
}

/// `ticks` as time since the clock's first use in this process; zero for anything before.
#[must_use]
pub fn at(ticks: Ticks) -> Nanos {
    #[cfg(any(test, feature = "mock"))]
    if mock::ticks().is_some() {
        return between(Ticks(0), ticks);
    }
    between(Ticks(source().origin), ticks)
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

/// Out of line: where the counter is the clock, only the first reading comes here, and its code
/// would bloat every measured function.
#[cfg_attr(target_arch = "x86_64", cold)]
fn ticks_fallback() -> Ticks {
    Ticks(source().ticks())
}

#[cfg_attr(target_arch = "x86_64", cold)]
fn since_fallback(start: Ticks) -> Nanos {
    between(start, ticks_fallback())
}

/// The time from a reading to an earlier one.
#[cold]
const fn backwards() -> Nanos {
    Nanos::ZERO
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
