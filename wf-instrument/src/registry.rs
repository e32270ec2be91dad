//! Series that are named at run time: bridges, dynamic names, label values that only the running program knows.
//!
//! They live in the same store as those of annotated code and cost the same through a handle. A handle is found by its name and labels
//! (a lock and a look-up, about 100 ns): keep it, do not look it up per event. Series are never removed, and there is a limit.

mod conflict;
mod declare;
mod error;
mod spelling;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::conflict::Conflict;
pub use self::declare::declare_model;
pub use self::error::RegistryError;
pub(crate) use self::store::{Held, Named, Series, hold, named, sites};
use self::store::{histogram_of, place, series};
use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::image;
use crate::site::SiteRef;
pub use crate::site::{FrameSite, GenerationSite, SpanSite};
use crate::slo::Target;
use crate::units::Unit;

/// How many series may be named at run time: at about 2 KiB each before anybody records, some 8 MiB.
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
    match series(name, help, labels, "counter", || {
        Series::Counter(Box::leak(Box::default()))
    })? {
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
    match series(name, help, labels, "gauge", || {
        Series::Gauge(Box::leak(Box::default()))
    })? {
        Series::Gauge(gauge) => Ok(gauge),
        other => Err(other.not_a("gauge", name)),
    }
}

/// A histogram by its name and labels, whose samples are in `unit`: the same one for the same name and labels.
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
    match series(name, help, labels, histogram_of(unit), make)? {
        Series::Histogram(_, recorder) => Ok(recorder),
        other => Err(other.not_a(histogram_of(unit), name)),
    }
}

/// A place that measures calls, for code that has no function to annotate: the same one for the same name, that of an annotation without
/// labels included.
///
/// # Errors
///
/// [`RegistryError`] where [`LIMIT`] is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let decode = registry::span("decode", "One step of the batch.")?;
/// let call = decode.start();
/// call.end(Outcome::Ok);
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn span(name: &str, help: &str) -> Result<&'static SpanSite, RegistryError> {
    let known = |site: &SiteRef| match site {
        SiteRef::Span(site) if site.name == name && !site.series.is_labelled() => Some(*site),
        _ => None,
    };
    place(name, known, || {
        let site = leaked(SpanSite::new(text(name), text(help)));
        (site, SiteRef::Span(site))
    })
}

/// A place that answers requests with tokens, for engines that push them from threads of their own: the same one for the same name, that
/// of an annotation without labels included. `target` is how soon the first token is promised.
///
/// # Errors
///
/// [`RegistryError`] where [`LIMIT`] is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let chat = registry::generation("chat", "Answers people.", None)?;
/// let request = chat.arrive();
/// let answer = std::thread::spawn(move || {
///     request.admitted();
///     request.prompt_tokens(12);
///     (0..3).for_each(|_| request.tokens(1));
///     request.end(Outcome::Ok);
/// });
/// # answer.join().unwrap();
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn generation(
    name: &str,
    help: &str,
    target: Option<Target>,
) -> Result<&'static GenerationSite, RegistryError> {
    let known = |site: &SiteRef| match site {
        SiteRef::Generation(site)
            if site.name == name && !site.by_model && !site.series.is_labelled() =>
        {
            Some(*site)
        }
        _ => None,
    };
    place(name, known, || {
        let site = leaked(GenerationSite::new(text(name), text(help), target));
        (site, SiteRef::Generation(site))
    })
}

/// A place that draws pictures, `target_fps` a second (0: none are promised): the same one for the same name, that of an
/// annotation without labels included.
///
/// # Errors
///
/// [`RegistryError`] where [`LIMIT`] is reached.
///
/// ```
/// use wf_instrument::registry;
///
/// let canvas = registry::frame("canvas", "The whole window.", 60.0)?;
/// {
///     let _drawing = canvas.enter();
/// }
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn frame(name: &str, help: &str, target_fps: f64) -> Result<&'static FrameSite, RegistryError> {
    let known = |site: &SiteRef| match site {
        SiteRef::Frame(site) if site.name == name && !site.series.is_labelled() => Some(*site),
        _ => None,
    };
    place(name, known, || {
        let site = leaked(FrameSite::new(text(name), text(help), target_fps));
        (site, SiteRef::Frame(site))
    })
}

/// The names under which code measures, counts or sets several kinds of things: their series are kept apart, and people who look at them will
/// not know which is meant.
///
/// What is measured (calls, replies, frames) and what the application counts itself have their names each among themselves. Locks and
/// allocates.
///
/// ```
/// let conflicts = wf_instrument::registry::conflicts();
/// assert!(conflicts.is_empty(), "{conflicts:?}");
/// ```
#[must_use]
pub fn conflicts() -> Vec<Conflict> {
    let mut kinds: BTreeMap<(bool, Arc<str>), BTreeSet<&'static str>> = BTreeMap::new();
    let mut add = |own: bool, name: &str, kind| {
        kinds.entry((own, name.into())).or_default().insert(kind);
    };
    for site in sites() {
        match site {
            SiteRef::Span(site) => add(false, site.name, "call"),
            SiteRef::Generation(site) if site.by_model => {}
            SiteRef::Generation(site) => add(false, site.name, "reply"),
            SiteRef::Frame(site) => add(false, site.name, "frame"),
            SiteRef::Counter(site) => add(true, site.name, "counter"),
            SiteRef::Gauge(site) => add(true, site.name, "gauge"),
        }
    }
    for ((name, _), named) in named() {
        add(true, &name, named.series.kind());
    }
    kinds
        .into_iter()
        .filter(|(_, kinds)| kinds.len() > 1)
        .map(|((_, name), kinds)| Conflict {
            name,
            kinds: kinds.into_iter().collect(),
        })
        .collect()
}

/// The number of copies of this crate in the process; `None` where the system does not say (outside Linux).
///
/// Each copy has series of its own, and none shows those of another. Usually there is one. A plug-in (`cdylib`) that links this crate
/// statically brings a second: to have its series in the program's snapshot, both have to link this crate from one shared object (a
/// `dylib`). Images that share a copy are all seen, whenever they are loaded. Looks at every image: some microseconds.
///
/// ```
/// # #[cfg(target_os = "linux")]
/// assert_eq!(wf_instrument::registry::copies(), Some(1));
/// ```
#[must_use]
pub fn copies() -> Option<usize> {
    image::copies()
}

/// For a test of the application, after its code is linked in: no name stands for several kinds of series.
///
/// # Panics
///
/// Where one does, with every [`Conflict`].
#[track_caller]
pub fn assert_no_conflicts() {
    let conflicts = conflicts();
    assert!(
        conflicts.is_empty(),
        "names that stand for several kinds of series: {conflicts:?}"
    );
}

fn leaked<T>(site: T) -> &'static T {
    Box::leak(Box::new(site))
}

fn text(text: &str) -> &'static str {
    Box::leak(Box::from(text))
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
        for name in ["", "bad name", "2fast", "wf_mine", "bytes_total", "é"] {
            let refused = counter(name, "", &[]).unwrap_err();
            assert!(matches!(refused, RegistryError::Name { .. }), "{refused}");
        }
        for labels in [
            &[("bad label", "")][..],
            &[("le", "")],
            &[("__x", "")],
            &[("a", "1"), ("b", "1"), ("a", "2")],
        ] {
            let refused = counter("registry_labels", "", labels).unwrap_err();
            assert!(matches!(refused, RegistryError::Label { .. }), "{refused}");
        }
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
