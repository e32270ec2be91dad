//! Series that are named at run time: none, in a build that does not measure. Every handle is to be had, and does nothing.

#[path = "../registry/conflict.rs"]
mod conflict;
#[path = "../registry/error.rs"]
mod error;

pub use self::conflict::Conflict;
pub use self::error::RegistryError;
pub use super::sites::{FrameSite, GenerationSite, SpanSite};
use super::{Counter, Gauge};
use crate::histogram::Recorder;
use crate::slo::Target;
use crate::units::Unit;

/// How many series may be named at run time in a build that measures.
pub const LIMIT: usize = 4_096;

/// A counter that counts nothing.
///
/// # Errors
///
/// Never.
pub fn counter(
    _name: &str,
    _help: &str,
    _labels: &[(&str, &str)],
) -> Result<&'static Counter, RegistryError> {
    Ok(&Counter)
}

/// A gauge that keeps nothing.
///
/// # Errors
///
/// Never.
pub fn gauge(
    _name: &str,
    _help: &str,
    _labels: &[(&str, &str)],
) -> Result<&'static Gauge, RegistryError> {
    Ok(&Gauge)
}

/// A histogram that keeps nothing.
///
/// # Errors
///
/// Never.
pub fn histogram(
    _name: &str,
    _help: &str,
    _unit: Unit,
    _labels: &[(&str, &str)],
) -> Result<&'static Recorder, RegistryError> {
    Ok(&Recorder)
}

/// A place that measures nothing.
///
/// # Errors
///
/// Never.
pub fn span(_name: &str, _help: &str) -> Result<&'static SpanSite, RegistryError> {
    Ok(&SpanSite(()))
}

/// A place that measures nothing.
///
/// # Errors
///
/// Never.
pub fn generation(
    _name: &str,
    _help: &str,
    _target: Option<Target>,
) -> Result<&'static GenerationSite, RegistryError> {
    Ok(&GenerationSite(()))
}

/// A place that measures nothing.
///
/// # Errors
///
/// Never.
pub fn frame(
    _name: &str,
    _help: &str,
    _target_fps: f64,
) -> Result<&'static FrameSite, RegistryError> {
    Ok(&FrameSite(()))
}

/// Does nothing.
pub fn declare_model(_model: &str) {}

/// A place that measures nothing.
///
/// # Errors
///
/// Never.
pub fn labelled_span(
    _name: &str,
    _help: &str,
    _labels: &[&str],
) -> Result<&'static SpanSite, RegistryError> {
    Ok(&SpanSite(()))
}

/// A place that measures nothing.
///
/// # Errors
///
/// Never.
pub fn labelled_generation(
    _name: &str,
    _help: &str,
    _target: Option<Target>,
    _labels: &[&str],
) -> Result<&'static GenerationSite, RegistryError> {
    Ok(&GenerationSite(()))
}

/// A place that measures nothing.
///
/// # Errors
///
/// Never.
pub fn labelled_frame(
    _name: &str,
    _help: &str,
    _target_fps: f64,
    _labels: &[&str],
) -> Result<&'static FrameSite, RegistryError> {
    Ok(&FrameSite(()))
}

/// None: nothing is named.
#[must_use]
pub fn conflicts() -> Vec<Conflict> {
    Vec::new()
}

/// Unknown: nothing is measured.
#[must_use]
pub const fn copies() -> Option<usize> {
    None
}

/// Nothing is named, so nothing conflicts.
pub fn assert_no_conflicts() {}
