//! A value that goes up and down.

use crate::sync::{AtomicU64, Ordering};

/// The last value that any thread set.
///
/// One relaxed store, no lock, 8 bytes. Stays at zero in a build that does not measure.
///
/// ```
/// use wf_instrument::Gauge;
///
/// static CACHE_BYTES: Gauge = Gauge::new();
///
/// CACHE_BYTES.set(1.5e6);
/// # #[cfg(feature = "enabled")]
/// assert_eq!(CACHE_BYTES.value(), 1.5e6);
/// ```
#[derive(Debug)]
pub struct Gauge {
    bits: AtomicU64,
}

impl Gauge {
    /// At zero.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bits: AtomicU64::new(0),
        }
    }

    /// Replaces the value.
    #[inline]
    pub fn set(&self, value: f64) {
        // Relaxed here and in `value`: the value stands for itself and orders nothing else.
        self.bits.store(value.to_bits(), Ordering::Relaxed);
    }

    /// The last value that was set.
    #[must_use]
    pub fn value(&self) -> f64 {
        f64::from_bits(self.bits.load(Ordering::Relaxed))
    }
}

impl Default for Gauge {
    fn default() -> Self {
        Self::new()
    }
}
