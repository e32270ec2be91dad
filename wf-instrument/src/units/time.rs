//! Time.

use std::fmt;
use std::time::Duration;

use super::to_f64;

/// A span of time, or a moment as time since the process's clock began, in nanoseconds.
///
/// Eight bytes, `Copy`; 2⁶⁴ ns are 584 years.
///
/// ```
/// use wf_instrument::Nanos;
///
/// let gap = Nanos::from_millis(12);
/// assert_eq!(gap.get(), 12_000_000);
/// assert_eq!(gap.as_secs(), 0.012);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Nanos(u64);

impl Nanos {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `nanos` nanoseconds.
    #[must_use]
    pub const fn new(nanos: u64) -> Self {
        Self(nanos)
    }

    /// `millis` milliseconds, at most `u64::MAX` nanoseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// `secs` seconds, at most `u64::MAX` nanoseconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// The number of nanoseconds.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The time in seconds, the base unit of everything that is exported: the nearest `f64`, as
    /// written by hand.
    #[must_use]
    pub fn as_secs(self) -> f64 {
        to_f64(self.0) / 1e9
    }

    /// The time in milliseconds, for people.
    #[must_use]
    pub fn as_millis(self) -> f64 {
        to_f64(self.0) / 1e6
    }

    /// `self − earlier`, or zero where `earlier` is the later one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// `self + span`, at most `u64::MAX` nanoseconds.
    #[must_use]
    pub const fn plus(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl From<Duration> for Nanos {
    /// At most `u64::MAX` nanoseconds.
    fn from(span: Duration) -> Self {
        Self(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Nanos> for Duration {
    fn from(span: Nanos) -> Self {
        Self::from_nanos(span.0)
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Duration::from(*self), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_below_zero_or_past_its_end() {
        assert_eq!(Nanos::new(3).since(Nanos::new(5)), Nanos::ZERO);
        assert_eq!(Nanos::from_secs(u64::MAX).get(), u64::MAX);
        assert_eq!(Nanos::new(u64::MAX).plus(Nanos::new(1)).get(), u64::MAX);
        assert_eq!(Nanos::from(Duration::MAX).get(), u64::MAX);
    }

    #[test]
    fn a_time_reads_in_seconds_as_written_by_hand() {
        assert_eq!(Nanos::from_millis(350).as_secs(), 0.35);
        assert_eq!(Nanos::new(350).as_millis(), 0.000_35);
    }
}
