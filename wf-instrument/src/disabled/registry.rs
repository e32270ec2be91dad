//! A registry that accepts every name and keeps none.
//!
//! It checks no name: annotated code is to compile to what it is without the annotations, and the
//! name may be computed.

use super::{FrameSite, GenerationSite, SpanSite};
use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::registry::{Conflict, RegistryError};
use crate::slo::Target;
use crate::units::Unit;

type Found<T> = Result<&'static T, RegistryError>;

#[inline]
pub(crate) fn counter(_name: &str, _help: &str, _labels: &[(&str, &str)]) -> Found<Counter> {
    static NONE: Counter = Counter::new();
    Ok(&NONE)
}

#[inline]
pub(crate) fn gauge(_name: &str, _help: &str, _labels: &[(&str, &str)]) -> Found<Gauge> {
    static NONE: Gauge = Gauge::new();
    Ok(&NONE)
}

#[inline]
pub(crate) fn histogram(
    _name: &str,
    _help: &str,
    _unit: Unit,
    _labels: &[(&str, &str)],
) -> Found<Recorder> {
    static NONE: Recorder = Recorder::new();
    Ok(&NONE)
}

#[inline]
pub(crate) fn span(_name: &str, _help: &str, _labels: &[&str]) -> Found<SpanSite> {
    Ok(SpanSite::NONE)
}

#[inline]
pub(crate) fn generation(
    _name: &str,
    _help: &str,
    _target: Option<Target>,
    _labels: Option<&[&str]>,
) -> Found<GenerationSite> {
    Ok(GenerationSite::NONE)
}

#[inline]
pub(crate) fn frame(
    _name: &str,
    _help: &str,
    _target_fps: f64,
    _labels: &[&str],
) -> Found<FrameSite> {
    Ok(FrameSite::NONE)
}

#[inline]
pub(crate) fn declare_model(_model: &str) {}

#[inline]
pub(crate) const fn conflicts() -> Vec<Conflict> {
    Vec::new()
}

#[inline]
pub(crate) const fn copies() -> Option<usize> {
    None
}
