//! Distributions: in a build that does not measure, the handle alone.

/// A histogram. Keeps nothing here.
#[derive(Debug, Default)]
pub struct Recorder;

impl Recorder {
    /// Without samples.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Counts nothing.
    #[inline]
    pub fn record(&self, _value: u64) {}

    /// Counts nothing.
    #[inline]
    pub fn record_n(&self, _value: u64, _n: u64) {}
}
