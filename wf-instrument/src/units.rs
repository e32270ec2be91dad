//! Quantities that carry their unit in their type.

use std::fmt;
use std::time::Duration;

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

    /// In seconds, the base unit of everything that is exported.
    #[must_use]
    pub fn as_secs(self) -> f64 {
        to_f64(self.0) * 1e-9
    }

    /// In milliseconds, for people.
    #[must_use]
    pub fn as_millis(self) -> f64 {
        to_f64(self.0) * 1e-6
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

/// An amount of memory or data, in bytes.
///
/// Shown in the largest unit that leaves at least one of it, up to GiB, rounded to a tenth.
///
/// ```
/// use wf_instrument::Bytes;
///
/// assert_eq!(Bytes::new(3 << 29).to_string(), "1.5 GiB");
/// assert_eq!(Bytes::new(640 << 10).to_string(), "640 KiB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u64);

impl Bytes {
    /// `bytes` bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// In MiB, for people.
    #[must_use]
    pub fn as_mebibytes(self) -> f64 {
        to_f64(self.0) / f64::from(1 << 20)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, unit) = match self.0 {
            0..KIB => (1, "B"),
            KIB..MIB => (KIB, "KiB"),
            MIB..GIB => (MIB, "MiB"),
            GIB.. => (GIB, "GiB"),
        };
        let tenths = (to_f64(self.0) / to_f64(size) * 10.0).round();
        write!(f, "{} {unit}", tenths / 10.0)
    }
}

/// A share of a whole: 0 is none and 1 is all. Above 1 where the whole can be exceeded (a CPU quota's burst).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Ratio(f64);

impl Ratio {
    /// `part` of `whole`; `None` where `whole` is zero or either is not finite.
    #[must_use]
    pub fn of(part: f64, whole: f64) -> Option<Self> {
        let share = part / whole;
        share.is_finite().then_some(Self(share))
    }

    /// `share` as it is, with anything that is not a finite, non-negative number taken as `None`.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (share.is_finite() && share >= 0.0).then_some(Self(share))
    }

    /// The share, 1 being all.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// In percent, for people and for thresholds that are stated in percent.
    #[must_use]
    pub fn as_percent(self) -> f64 {
        self.0 * 100.0
    }
}

/// How often or how fast: so many of something in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct PerSecond(f64);

impl PerSecond {
    /// `count` of something in `span`; `None` where the span is zero.
    #[must_use]
    pub fn of(count: u64, span: Nanos) -> Option<Self> {
        (span > Nanos::ZERO).then(|| Self(to_f64(count) / span.as_secs()))
    }

    /// The number in one second.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// Power, in watts.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Watts(f64);

impl Watts {
    /// `watts` watts; `None` for anything that is not a finite, non-negative number.
    #[must_use]
    pub fn new(watts: f64) -> Option<Self> {
        (watts.is_finite() && watts >= 0.0).then_some(Self(watts))
    }

    /// `milliwatts` thousandths of a watt.
    #[must_use]
    pub const fn from_milliwatts(milliwatts: u64) -> Self {
        Self(to_f64(milliwatts) / 1e3)
    }

    /// The number of watts.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// Energy, in joules: watts times seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Joules(f64);

impl Joules {
    /// `joules` joules; `None` for anything that is not a finite, non-negative number.
    #[must_use]
    pub fn new(joules: f64) -> Option<Self> {
        (joules.is_finite() && joules >= 0.0).then_some(Self(joules))
    }

    /// `millijoules` thousandths of a joule.
    #[must_use]
    pub const fn from_millijoules(millijoules: u64) -> Self {
        Self(to_f64(millijoules) / 1e3)
    }

    /// The number of joules.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// A temperature, in degrees Celsius.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Celsius(f64);

impl Celsius {
    /// `degrees` degrees; `None` for anything that is not a finite number.
    #[must_use]
    pub fn new(degrees: f64) -> Option<Self> {
        degrees.is_finite().then_some(Self(degrees))
    }

    /// The number of degrees.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// A frequency, in hertz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hertz(u64);

impl Hertz {
    /// `hertz` in each second.
    #[must_use]
    pub const fn new(hertz: u64) -> Self {
        Self(hertz)
    }

    /// `megahertz` million in each second, at most `u64::MAX` hertz.
    #[must_use]
    pub const fn from_megahertz(megahertz: u64) -> Self {
        Self(megahertz.saturating_mul(1_000_000))
    }

    /// The number in each second.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// In MHz, for people.
    #[must_use]
    pub fn as_megahertz(self) -> f64 {
        to_f64(self.0) / 1e6
    }
}

/// What a number counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    #[default]
    One,
    /// Nanoseconds; exported in seconds.
    Nanos,
    /// Bytes.
    Bytes,
}

/// The nearest `f64`: exact up to 2⁵³, within one part in 2⁵³ above.
#[expect(
    clippy::cast_precision_loss,
    reason = "the rounding is what the name promises"
)]
#[must_use]
pub(crate) const fn to_f64(n: u64) -> f64 {
    n as f64
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_a_unit_that_people_can_read() {
        for (bytes, shown) in [
            (0, "0 B"),
            (KIB - 1, "1023 B"),
            (KIB, "1 KiB"),
            (MIB - 1, "1024 KiB"),
            (MIB, "1 MiB"),
            (GIB + GIB / 4, "1.3 GiB"),
            (44 * GIB, "44 GiB"),
            (u64::MAX, "17179869184 GiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), shown);
        }
    }

    #[test]
    fn time_never_goes_below_zero_or_past_its_end() {
        assert_eq!(Nanos::new(3).since(Nanos::new(5)), Nanos::ZERO);
        assert_eq!(Nanos::from_secs(u64::MAX).get(), u64::MAX);
        assert_eq!(Nanos::new(u64::MAX).plus(Nanos::new(1)).get(), u64::MAX);
        assert_eq!(Nanos::from(Duration::MAX).get(), u64::MAX);
    }

    #[test]
    fn a_share_of_nothing_is_no_share() {
        assert_eq!(Ratio::of(1.0, 0.0), None);
        assert_eq!(Ratio::new(f64::NAN), None);
        assert_eq!(PerSecond::of(7, Nanos::ZERO), None);
        assert_eq!(
            PerSecond::of(7, Nanos::from_millis(500)).map(PerSecond::get),
            Some(14.0)
        );
    }

    #[test]
    fn parts_of_a_unit_are_divided_once_and_so_stay_exact() {
        assert_eq!(Watts::from_milliwatts(69_123).get(), 69.123);
        assert_eq!(Joules::from_millijoules(1_234_567).get(), 1_234.567);
        assert_eq!(Hertz::from_megahertz(1_980).get(), 1_980_000_000);
        assert_eq!(Hertz::from_megahertz(u64::MAX).get(), u64::MAX);
    }

    #[test]
    fn what_is_not_a_number_is_no_quantity() {
        assert_eq!(Watts::new(f64::NAN), None);
        assert_eq!(Watts::new(-1.0), None);
        assert_eq!(Joules::new(f64::INFINITY), None);
        assert_eq!(Celsius::new(f64::NAN), None);
        assert_eq!(Celsius::new(-5.0).map(Celsius::get), Some(-5.0));
    }
}
