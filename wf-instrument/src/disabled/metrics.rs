//! What the application counts itself.

/// A count that only grows. Counts nothing here.
#[derive(Debug, Default)]
pub struct Counter;

impl Counter {
    /// Nothing counted.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Counts nothing.
    #[inline]
    pub fn add(&self, _n: u64) {}

    /// Zero.
    #[must_use]
    pub const fn total(&self) -> u64 {
        0
    }
}

/// A value that goes up and down. Keeps nothing here.
#[derive(Debug, Default)]
pub struct Gauge;

impl Gauge {
    /// At zero.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Keeps nothing.
    #[inline]
    pub fn set(&self, _value: f64) {}

    /// Zero.
    #[must_use]
    pub const fn value(&self) -> f64 {
        0.0
    }
}
