//! Series that are named at run time: bridges, dynamic names, label values that only the running program knows.
//!
//! They live in the same store as those of annotated code and cost the same through a handle. A handle is found by its name and labels
//! (a lock and a look-up, about 100 ns): keep it, do not look it up per event. Series are never removed, and there is a limit.
//!
//! Names and labels follow the rules of the macros, so that no two series can have one name on the
//! endpoint: names are in snake case and do not end as parts of other metrics do (`_total`, `_sum`,
//! `_bucket` and others), and labels that Prometheus sets (`job`, `instance`, `le`, `quantile`,
//! `__…`) are refused. An empty label value, which Prometheus takes for no label, becomes "(none)".
//! What was refused is listed by [`conflicts`], though the caller may have ignored the error: the
//! first refusal of a name, for at most [`LIMIT`] names.

mod conflict;
mod conflicts;
mod declare;
mod error;
mod lookup;
mod sites;
mod store;
mod validate;

pub use self::conflict::Conflict;
pub use self::conflicts::{assert_no_conflicts, conflicts};
pub use self::declare::declare_model;
pub use self::error::RegistryError;
use self::lookup::Lookup;
pub use self::sites::{
    frame, generation, labelled_frame, labelled_generation, labelled_span, span,
};
pub(crate) use self::store::{Named, Series, StoreGuard, lock_for_fork, named, sites};
use self::store::{histogram_of, series};
use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::image;
pub use crate::site::{FrameSite, GenerationSite, SpanSite};
use crate::units::Unit;

/// The number of series and places that may be named at run time.
///
/// Before anybody records, a counter or a histogram takes 2 KiB, a place of calls or of pictures 3
/// KiB, and one of requests 7 KiB: 8 to 28 MiB at the limit. Each set of label values that comes to a
/// place takes another 2 KiB, of requests 6 KiB.
pub const LIMIT: usize = 4_096;

/// A counter by its name (without `_total`) and labels: the same one for the same name and labels.
///
/// # Errors
///
/// [`RegistryError`] where the name or a label cannot be exported, the name is taken by another kind, or [`LIMIT`] is reached.
///
/// ```
/// let bytes = wf_instrument::registry::counter("bytes_read", "Read from the model store.", &[("disk", "a")])?;
/// bytes.add(4_096);
/// # Ok::<(), wf_instrument::registry::RegistryError>(())
/// ```
pub fn counter(
    name: &str,
    help: &str,
    labels: &[(&str, &str)],
) -> Result<&'static Counter, RegistryError> {
    let lookup = Lookup::new(name, help, labels, "counter");
    match series(&lookup, || Series::Counter(Box::leak(Box::default())))? {
        Series::Counter(counter) => Ok(counter),
        other => Err(other.not_a("counter", name)),
    }
}

/// A gauge by its name and labels: the same one for the same name and labels.
///
/// # Errors
///
/// [`RegistryError`] where the name or a label cannot be exported, the name is taken by another kind, or [`LIMIT`] is reached.
pub fn gauge(
    name: &str,
    help: &str,
    labels: &[(&str, &str)],
) -> Result<&'static Gauge, RegistryError> {
    gauge_for(&Lookup::new(name, help, labels, "gauge"))
}

/// The gauge of a place in the code, whose name may be that of a counter in the code, too.
pub(crate) fn gauge_of_site(
    name: &str,
    help: &str,
    labels: &[(&str, &str)],
) -> Result<&'static Gauge, RegistryError> {
    gauge_for(&Lookup::new(name, help, labels, "gauge").of_site())
}

fn gauge_for(lookup: &Lookup<'_>) -> Result<&'static Gauge, RegistryError> {
    match series(lookup, || Series::Gauge(Box::leak(Box::default())))? {
        Series::Gauge(gauge) => Ok(gauge),
        other => Err(other.not_a("gauge", lookup.name)),
    }
}

/// A histogram by its name and labels, whose samples are in `unit`: the same one for the same name and labels.
///
/// It is exported under its name as it is, with nothing added for the unit, in base units: samples
/// in nanoseconds as seconds, and bytes as bytes. End the name in `_seconds` or `_bytes` yourself.
///
/// # Errors
///
/// [`RegistryError`] where the name or a label cannot be exported, the name is taken by another kind, or [`LIMIT`] is reached.
pub fn histogram(
    name: &str,
    help: &str,
    unit: Unit,
    labels: &[(&str, &str)],
) -> Result<&'static Recorder, RegistryError> {
    let make = || Series::Histogram(unit, Box::leak(Box::default()));
    match series(&Lookup::new(name, help, labels, histogram_of(unit)), make)? {
        Series::Histogram(_, recorder) => Ok(recorder),
        other => Err(other.not_a(histogram_of(unit), name)),
    }
}

/// The number of copies of this crate in the process; `None` where the system does not say (outside
/// Linux).
///
/// Each copy has series of its own, and none shows those of another. Usually there is one. A
/// plug-in (`cdylib`) that links this crate statically brings a second: to have its series in the
/// program's snapshot, both have to link this crate from one shared object (a `dylib`). The series
/// of all images that share a copy are in its snapshots, whenever they are loaded. Looks at every
/// image: some microseconds.
///
/// ```
/// # #[cfg(target_os = "linux")]
/// assert_eq!(wf_instrument::registry::copies(), Some(1));
/// ```
#[must_use]
pub fn copies() -> Option<usize> {
    image::copies()
}

#[cfg(test)]
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
    fn what_could_not_be_exported_is_refused_at_once() {
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
