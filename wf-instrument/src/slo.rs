//! Service level objectives, declared beside the code.

use crate::units::Nanos;

/// An objective for a latency: `quantile` of the requests are within `limit`.
///
/// `slo = "p99 < 500ms"` on a measured function becomes one; the exported histogram then has a
/// bucket bound at the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Target {
    /// The share of requests that must be within the limit: 0.99 for "p99". Any other
    /// number than 0 to 1 is refused when it is deserialized.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "share"))]
    pub quantile: f64,
    /// The limit.
    pub limit: Nanos,
}

impl Target {
    /// `quantile` (0 to 1) of the requests within `limit_nanos` nanoseconds.
    ///
    /// The values are not checked here.
    #[must_use]
    pub const fn new(quantile: f64, limit_nanos: u64) -> Self {
        Self {
            quantile,
            limit: Nanos::new(limit_nanos),
        }
    }
}

#[cfg(feature = "serde")]
fn share<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let share = <f64 as serde::Deserialize>::deserialize(deserializer)?;
    match (0.0..=1.0).contains(&share) {
        true => Ok(share),
        false => Err(serde::de::Error::custom("a quantile is between 0 and 1")),
    }
}
