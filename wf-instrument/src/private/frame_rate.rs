//! The target frame rate, checked by the compiler.

/// Returns `fps`, checked.
///
/// # Panics
///
/// If it is not above zero. Expansions call it in constants only, so it panics at compile time.
#[must_use]
pub const fn frame_rate(fps: f64) -> f64 {
    assert!(
        fps > 0.0 && fps.is_finite(),
        "`target_fps` must be a number above zero"
    );
    fps
}
