//! Series that are named at run time: bridges, dynamic names, label values that only the running
//! program knows.
//!
//! They live in the same store as those of annotated code and cost the same through a handle. A
//! handle is found by its name and labels (a lock and a look-up, 110 ns in the bench `label`): keep
//! it, do not look it up for each event. Series are never removed, and their number is limited.
//!
//! Names and labels follow the rules of the macros, so that no two series can have one name on the
//! endpoint: names are in snake case and do not end as parts of other metrics do (`_total`, `_sum`,
//! `_bucket` and others), and labels that Prometheus sets (`job`, `instance`, `le`, `quantile`,
//! `__…`) are refused. An empty label value, which Prometheus treats as no label, becomes "(none)".
//! Refusals are listed by [`conflicts`], though the caller may have ignored the error: the first
//! refusal of a name, for at most [`LIMIT`] names.
//!
//! In a build that does not measure, each name is accepted and each handle does nothing.

#[cfg(feature = "enabled")]
mod backend;
#[cfg(feature = "enabled")]
mod conflicts;
#[cfg(not(feature = "enabled"))]
mod disabled;
mod error;
#[cfg(feature = "enabled")]
mod lookup;
mod sites;
#[cfg(feature = "enabled")]
mod store;
#[cfg(feature = "enabled")]
mod validate;

#[cfg(not(feature = "enabled"))]
use self::disabled as backend;
pub use self::error::{Conflict, LIMIT, RegistryError};
pub use self::sites::{
    declare_model, frame, generation, labelled_frame, labelled_generation, labelled_span, span,
};
use crate::counter::Counter;
#[cfg(not(feature = "enabled"))]
pub use crate::disabled::{FrameSite, GenerationSite, SpanSite};
use crate::gauge::Gauge;
use crate::histogram::Recorder;
#[cfg(feature = "enabled")]
pub use crate::site::{FrameSite, GenerationSite, SpanSite};
use crate::units::Unit;

#[cfg(feature = "enabled")]
pub(crate) use self::{
    backend::gauge_of_site,
    store::{Named, Series, StoreGuard, lock_for_fork, named, sites},
};

/// Finds or adds a counter.
///
/// It is the same one for the same name (without `_total`) and labels.
///
/// # Errors
///
/// [`RegistryError`] where the name or a label cannot be exported, the name is taken by another
/// kind, or [`LIMIT`] is reached.
///
/// ```
/// use wf_instrument::registry;
///
/// let labels = [("disk", "a")];
/// let bytes = registry::counter("bytes_read", "Bytes read from the model store.", &labels)?;
/// bytes.add(4_096);
/// # Ok::<(), registry::RegistryError>(())
/// ```
#[inline]
pub fn counter(
    name: &str,
    help: &str,
    labels: &[(&str, &str)],
) -> Result<&'static Counter, RegistryError> {
    backend::counter(name, help, labels)
}

/// Finds or adds a gauge.
///
/// It is the same one for the same name and labels.
///
/// # Errors
///
/// [`RegistryError`] where the name or a label cannot be exported, the name is taken by another
/// kind, or [`LIMIT`] is reached.
#[inline]
pub fn gauge(
    name: &str,
    help: &str,
    labels: &[(&str, &str)],
) -> Result<&'static Gauge, RegistryError> {
    backend::gauge(name, help, labels)
}

/// Finds or adds a histogram whose samples are in `unit`.
///
/// It is the same one for the same name and labels. It is exported under its name as it is, with
/// nothing added for the unit, in base units: samples in nanoseconds as seconds, and bytes as
/// bytes. End the name in `_seconds` or `_bytes` yourself.
///
/// # Errors
///
/// [`RegistryError`] where the name or a label cannot be exported, the name is taken by another
/// kind, or [`LIMIT`] is reached.
#[inline]
pub fn histogram(
    name: &str,
    help: &str,
    unit: Unit,
    labels: &[(&str, &str)],
) -> Result<&'static Recorder, RegistryError> {
    backend::histogram(name, help, unit, labels)
}

/// Returns the names that stand for several kinds of series or were refused.
///
/// The names under which code measures, counts or sets several kinds of things, whose series are
/// kept apart; those that were refused, by whatever part of the program; and those of events that
/// brought another number of label values than was declared. Measured code (spans, generations,
/// frames) and the application's own metrics have their names each among themselves. Locks and
/// allocates.
///
/// ```
/// let conflicts = wf_instrument::registry::conflicts();
/// assert!(conflicts.is_empty(), "{conflicts:?}");
/// ```
#[inline]
#[must_use]
pub fn conflicts() -> Vec<Conflict> {
    backend::conflicts()
}

/// Panics where there is any [`Conflict`]: for a test of the application, after its code is linked
/// in.
///
/// # Panics
///
/// If there is any [`Conflict`], with each of them.
#[inline]
#[track_caller]
pub fn assert_no_conflicts() {
    let conflicts = conflicts();
    assert!(
        conflicts.is_empty(),
        "names that stand for several kinds of series or were refused: {conflicts:?}"
    );
}

/// Returns the number of copies of this crate in the process.
///
/// `None` where the system does not list them (outside Linux) and in a build that does not measure.
/// Each copy has series of its own, and none shows those of another. Usually there is one. A
/// plug-in (`cdylib`) that links this crate statically brings a second: to have its series in the
/// program's snapshot, both have to link this crate from one shared object (a `dylib`). The series
/// of all images that share a copy are in its snapshots, whenever they are loaded. Looks at every
/// image: some microseconds.
///
/// ```
/// # #[cfg(all(feature = "enabled", target_os = "linux"))]
/// assert_eq!(wf_instrument::registry::copies(), Some(1));
/// ```
#[inline]
#[must_use]
pub fn copies() -> Option<usize> {
    backend::copies()
}

#[cfg(all(test, feature = "enabled"))]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_and_labels_are_the_same_series() {
        let one = counter("registry_same", "", &[("a", "1"), ("b", "2")]).unwrap();
        let two = counter("registry_same", "", &[("b", "2"), ("a", "1")]).unwrap();
        one.add(1);
        two.add(1);
        assert_eq!(one.total(), 2);
    }

    #[test]
    fn names_and_labels_that_cannot_be_exported_are_rejected_at_once() {
        for name in [
            "",
            "bad name",
            "2fast",
            "wf_mine",
            "bytes_total",
            "é",
            "a_sum",
            "up",
        ] {
            let refused = counter(name, "", &[]).unwrap_err();
            assert!(matches!(refused, RegistryError::Name { .. }), "{refused}");
        }
        for labels in [
            &[("bad label", "")][..],
            &[("le", "")],
            &[("job", "a")],
            &[("__x", "")],
            &[("a", "1"), ("b", "1"), ("a", "2")],
        ] {
            let refused = counter("registry_labels", "", labels).unwrap_err();
            assert!(matches!(refused, RegistryError::Label { .. }), "{refused}");
        }
    }

    #[test]
    fn an_empty_label_value_is_kept_apart_from_no_label() {
        let without = counter("registry_empty", "", &[]).unwrap();
        let empty = counter("registry_empty", "", &[("a", "")]).unwrap();
        assert!(!std::ptr::eq(without, empty));
        let named = counter("registry_empty", "", &[("a", "(none)")]).unwrap();
        assert!(std::ptr::eq(empty, named));
    }

    #[test]
    fn a_second_target_for_one_place_is_refused() {
        let soon = crate::slo::Target::new(0.99, 1_000);
        generation("registry target", "", Some(soon)).unwrap();
        assert!(generation("registry target", "", None).is_ok());
        let later = crate::slo::Target::new(0.99, 2_000);
        let refused = generation("registry target", "", Some(later)).unwrap_err();
        assert!(matches!(refused, RegistryError::Target { .. }), "{refused}");
        frame("registry target", "", 60.0).unwrap();
        assert!(frame("registry target", "", 30.0).is_err());
    }

    #[test]
    fn a_target_without_a_quantile_between_0_and_1_is_refused() {
        let target = |quantile| Some(crate::slo::Target::new(quantile, 1_000));
        for quantile in [f64::NAN, f64::INFINITY, -0.5, 0.0, 1.0, 99.0] {
            // Before the name has a target, and after.
            for _ in 0..2 {
                let refused = generation("registry quantile", "", target(quantile)).unwrap_err();
                let text = format!("{quantile} cannot be the quantile of the target");
                assert!(
                    matches!(refused, RegistryError::Quantile { .. }),
                    "{refused}"
                );
                assert!(refused.to_string().starts_with(&text), "{refused}");
                let name = "registry quantile labelled";
                assert!(labelled_generation(name, "", target(quantile), &["a"]).is_err());
                generation("registry quantile", "", target(0.99)).unwrap();
            }
        }
    }

    #[test]
    fn a_target_that_is_no_frame_rate_is_refused() {
        for fps in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
            // Before the name has a target, and after.
            for _ in 0..2 {
                let refused = frame("registry fps", "", fps).unwrap_err();
                assert!(matches!(refused, RegistryError::FrameRate { .. }), "{fps}");
                assert!(refused.to_string().contains(&fps.to_string()), "{refused}");
                assert!(labelled_frame("registry fps", "", fps, &["a"]).is_err());
                frame("registry fps", "", 60.0).unwrap();
            }
        }
        assert!(frame("registry no fps", "", 0.0).is_ok());
    }

    #[test]
    fn a_name_stands_for_one_unit() {
        histogram("registry_unit", "", Unit::Nanos, &[("a", "1")]).unwrap();
        assert!(histogram("registry_unit", "", Unit::Bytes, &[("a", "1")]).is_err());
        assert!(histogram("registry_unit", "", Unit::Bytes, &[("a", "2")]).is_err());
    }

    #[test]
    fn a_name_stands_for_one_kind() {
        counter("registry_kind", "", &[("a", "1")]).unwrap();
        let refused = gauge("registry_kind", "", &[("a", "2")]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`registry_kind` is a counter already and cannot be a gauge too: choose another name"
        );
    }
}
