//! Conversions between counts and numbers for arithmetic.

/// Returns the nearest `f64`: exact up to 2⁵³, within one part in 2⁵³ above.
#[expect(
    clippy::cast_precision_loss,
    reason = "the rounding is what the name promises"
)]
pub(crate) const fn to_f64(n: u64) -> f64 {
    n as f64
}

/// Returns the nearest whole number; 0 for NaN and for negative numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturation is the intent"
)]
pub(crate) const fn whole(n: f64) -> u64 {
    n.round() as u64
}
