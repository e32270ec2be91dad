//! A registry that accepts every name and keeps none.
//!
//! It checks no name: annotated code is to compile to what it is without the annotations, and the
//! name may be computed.

use super::error::{Conflict, RegistryError};
use crate::counter::Counter;
use crate::disabled::{FrameSite, GenerationSite, SpanSite};
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::slo::Target;
use crate::units::Unit;

type Found<T> = Result<&'static T, RegistryError>;

#[inline]
pub(super) fn counter(_name: &str, _help: &str, _labels: &[(&str, &str)]) -> Found<Counter> {
    static NONE: Counter = Counter::new();
    Ok(&NONE)
}

#[inline]
pub(super) fn gauge(_name: &str, _help: &str, _labels: &[(&str, &str)]) -> Found<Gauge> {
    static NONE: Gauge = Gauge::new();
    Ok(&NONE)
}

#[inline]
pub(super) fn histogram(
    _name: &str,
    _help: &str,
    _unit: Unit,
    _labels: &[(&str, &str)],
) -> Found<Recorder> {
    static NONE: Recorder = Recorder::new();
    Ok(&NONE)
}

#[inline]
pub(super) fn span(_name: &str, _help: &str, _labels: &[&str]) -> Found<SpanSite> {
    Ok(SpanSite::NONE)
}

#[inline]
pub(super) fn generation(
    _name: &str,
    _help: &str,
    _target: Option<Target>,
    _labels: Option<&[&str]>,
) -> Found<GenerationSite> {
    Ok(GenerationSite::NONE)
}

#[inline]
pub(super) fn frame(
    _name: &str,
    _help: &str,
    _target_fps: f64,
    _labels: &[&str],
) -> Found<FrameSite> {
    Ok(FrameSite::NONE)
}

#[inline]
pub(super) fn declare_model(_model: &str) {}

#[inline]
pub(super) const fn conflicts() -> Vec<Conflict> {
    Vec::new()
}

#[inline]
pub(super) const fn copies() -> Option<usize> {
    None
}
