//! Promises that the compiler checks.

/// The frames a second that a constant promises.
///
/// # Panics
///
/// Where it is not above zero. Only constants are made by it, so the compiler panics and not the
/// program.
#[must_use]
pub const fn frame_rate(fps: f64) -> f64 {
    assert!(
        fps > 0.0 && fps.is_finite(),
        "a frame rate is a number above zero"
    );
    fps
}
