//! Quantities that carry their unit in their type.

mod base;
mod bytes;
mod hardware;
#[cfg(feature = "serde")]
mod serialized;
mod share;
mod time;

pub use self::base::BaseUnit;
pub use self::bytes::Bytes;
pub use self::hardware::{Celsius, Hertz, Joules, Watts};
pub use self::share::{PerSecond, Ratio};
pub use self::time::Nanos;

/// The unit of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Unit {
    /// A number of things, such as tokens.
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
