//! Quantities of hardware: power, energy, temperature, frequency.

use super::to_f64;

/// Power, in watts.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Hertz(u64);

impl Hertz {
    /// A frequency of `hertz` hertz.
    #[must_use]
    pub const fn new(hertz: u64) -> Self {
        Self(hertz)
    }

    /// A frequency of `megahertz` MHz, at most `u64::MAX` hertz.
    #[must_use]
    pub const fn from_megahertz(megahertz: u64) -> Self {
        Self(megahertz.saturating_mul(1_000_000))
    }

    /// The number of hertz.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The frequency in MHz, for people.
    #[must_use]
    pub fn as_megahertz(self) -> f64 {
        to_f64(self.0) / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_unit_are_divided_once_and_so_stay_exact() {
        assert_eq!(Watts::from_milliwatts(69_123).get(), 69.123);
        assert_eq!(Joules::from_millijoules(1_234_567).get(), 1_234.567);
        assert_eq!(Hertz::from_megahertz(1_980).get(), 1_980_000_000);
        assert_eq!(Hertz::from_megahertz(u64::MAX).get(), u64::MAX);
    }

    #[test]
    fn values_out_of_range_are_no_quantities() {
        assert_eq!(Watts::new(f64::NAN), None);
        assert_eq!(Watts::new(-1.0), None);
        assert_eq!(Joules::new(f64::INFINITY), None);
        assert_eq!(Celsius::new(f64::NAN), None);
        assert_eq!(Celsius::new(-5.0).map(Celsius::get), Some(-5.0));
    }
}
