//! Service level objectives, declared beside the code.

use crate::units::Nanos;

/// An objective for a latency: `quantile` of the requests are within `limit`.
///
/// `slo = "p99 < 500ms"` on a measured function becomes one; the exported histogram then has a
/// bucket bound at the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Target {
    /// The share of requests that must be within the limit: 0.99 for "p99". Above 0 and below 1;
    /// the registry and deserialization refuse any other number.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "quantile"))]
    pub quantile: f64,
    /// The limit.
    pub limit: Nanos,
}

impl Target {
    /// `quantile` (above 0, below 1) of the requests within `limit_nanos` nanoseconds.
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

/// The rule for the quantile of a target, which is that of `slo = "p99 < 500ms"`, too.
#[cfg(any(feature = "enabled", feature = "serde"))]
pub(crate) fn is_quantile(quantile: f64) -> bool {
    0.0 < quantile && quantile < 1.0
}

#[cfg(feature = "serde")]
fn quantile<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let quantile = <f64 as serde::Deserialize>::deserialize(deserializer)?;
    match is_quantile(quantile) {
        true => Ok(quantile),
        false => Err(serde::de::Error::custom(
            "the quantile of a target is above 0 and below 1",
        )),
    }
}
