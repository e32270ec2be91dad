//! Conversion of counts for arithmetic.

/// Returns the nearest `f64`: exact up to 2⁵³, within one part in 2⁵³ above.
#[expect(
    clippy::cast_precision_loss,
    reason = "the rounding is what the name promises"
)]
pub(crate) const fn to_f64(n: u64) -> f64 {
    n as f64
}
