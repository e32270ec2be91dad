//! Shares of a whole, and of a second.

use super::time::Nanos;
use super::to_f64;

/// A share of a whole: 0 is none and 1 is all. Above 1 where the whole can be exceeded (a CPU
/// quota's burst).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Ratio(f64);

impl Ratio {
    /// `part` of `whole`; `None` where `whole` is zero, or the share negative or not finite.
    #[must_use]
    pub fn of(part: f64, whole: f64) -> Option<Self> {
        Self::new(part / whole)
    }

    /// A share of `share`; `None` for anything that is not a finite, non-negative number.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (share.is_finite() && share >= 0.0).then_some(Self(share))
    }

    /// The share, 1 being all.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The share in percent, for people and for thresholds that are stated in percent.
    #[must_use]
    pub fn as_percent(self) -> f64 {
        self.0 * 100.0
    }
}

/// A rate: the number of something in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct PerSecond(f64);

impl PerSecond {
    /// `count` of something in `span`; `None` where the span is zero.
    #[must_use]
    pub fn of(count: u64, span: Nanos) -> Option<Self> {
        (span > Nanos::ZERO).then(|| Self(to_f64(count) / span.as_secs()))
    }

    /// A rate of `rate` in a second; `None` for anything that is not a finite, non-negative number.
    #[cfg(feature = "serde")]
    pub(super) fn new(rate: f64) -> Option<Self> {
        (rate.is_finite() && rate >= 0.0).then_some(Self(rate))
    }

    /// The number in one second.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_no_share() {
        assert_eq!(Ratio::of(1.0, 0.0), None);
        assert_eq!(Ratio::new(f64::NAN), None);
        assert_eq!(Ratio::of(-1.0, 2.0), None);
        assert_eq!(PerSecond::of(7, Nanos::ZERO), None);
        assert_eq!(
            PerSecond::of(7, Nanos::from_millis(500)).map(PerSecond::get),
            Some(14.0)
        );
    }
}
