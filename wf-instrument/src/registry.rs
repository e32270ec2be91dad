//! Series that are named at run time: bridges, dynamic names, label values that only the running program knows.
//!
//! They live in the same store as those of annotated code and cost the same through a handle. A handle is found by its name and labels
//! (a lock and a look-up, about 100 ns): keep it, do not look it up per event. Series are never removed, and there is a limit.

mod conflict;
mod error;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::conflict::Conflict;
pub use self::error::RegistryError;
use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::labels::Label;
pub use crate::site::{FrameSite, GenerationSite, SpanSite};
use crate::site::{SITES, SiteRef};
use crate::slo::Target;
use crate::thread::allocate;
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

/// A series and what describes it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) help: Arc<str>,
    pub(crate) series: Series,
}

/// The storage of a series. Leaked, so that handles are plain references: the store is never emptied, and limited.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Series {
    Counter(&'static Counter),
    Gauge(&'static Gauge),
    Histogram(Unit, &'static Recorder),
}

impl Series {
    const fn kind(self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Histogram(unit, _) => histogram_of(unit),
        }
    }

    fn not_a(self, wanted: &'static str, name: &str) -> RegistryError {
        RegistryError::Kind {
            name: name.into(),
            is: self.kind(),
            wanted,
        }
    }
}

/// A name stands for one unit, too: buckets of seconds and of bytes cannot be added.
const fn histogram_of(unit: Unit) -> &'static str {
    match unit {
        Unit::One => "histogram",
        Unit::Nanos => "histogram of times",
        Unit::Bytes => "histogram of bytes",
    }
}

type Key = (Arc<str>, Vec<Label>);

static STORE: Mutex<Store> = Mutex::new(Store {
    series: BTreeMap::new(),
    sites: Vec::new(),
});

#[derive(Debug)]
struct Store {
    series: BTreeMap<Key, Named>,
    sites: Vec<SiteRef>,
}

/// Every site: those that the linker put together, and those of run time.
pub(crate) fn sites() -> Vec<SiteRef> {
    allocate(|| SITES.iter().chain(&store().sites).copied().collect())
}

/// Every series named at run time, as it stands.
pub(crate) fn named() -> Vec<(Key, Named)> {
    let all = || {
        let store = store();
        let named = store
            .series
            .iter()
            .map(|(key, named)| (key.clone(), named.clone()));
        named.collect()
    };
    allocate(all)
}

/// The store, held so that nobody is changing it.
pub(crate) struct Held(MutexGuard<'static, Store>);

/// Waits until nobody is changing the store, and keeps it so.
pub(crate) fn hold() -> Held {
    Held(store())
}

impl Held {
    /// Every series starts again; gauges at zero. Only in a process that has just been forked.
    pub(crate) fn forget(&self, mine: usize) {
        self.0.sites.iter().for_each(|site| site.forget(mine));
        for named in self.0.series.values() {
            match named.series {
                Series::Counter(counter) => counter.forget(),
                Series::Gauge(gauge) => gauge.set(0.0),
                Series::Histogram(_, recorder) => recorder.forget(),
            }
        }
    }
}

fn series(
    name: &str,
    help: &str,
    labels: &[(&str, &str)],
    wanted: &'static str,
    make: impl FnOnce() -> Series,
) -> Result<Series, RegistryError> {
    check_name(name)?;
    check_labels(name, labels)?;
    // An allocator that shows its bytes must not wait for the store that is allocating.
    allocate(|| found_or_made(name, help, labels, wanted, make))
}

fn found_or_made(
    name: &str,
    help: &str,
    labels: &[(&str, &str)],
    wanted: &'static str,
    make: impl FnOnce() -> Series,
) -> Result<Series, RegistryError> {
    let mut labels: Vec<Label> = labels.iter().map(|&(k, v)| (k.into(), v.into())).collect();
    labels.sort();
    let key = (Arc::from(name), labels);
    let mut store = store();
    if let Some(known) = store.series.get(&key) {
        let same = known.series.kind() == wanted;
        return if same {
            Ok(known.series)
        } else {
            Err(known.series.not_a(wanted, name))
        };
    }
    // Another label set of the name decides its kind.
    let sibling = store.series.range((key.0.clone(), Vec::new())..).next();
    if let Some((_, sibling)) = sibling.filter(|((name, _), _)| *name == key.0)
        && sibling.series.kind() != wanted
    {
        return Err(sibling.series.not_a(wanted, name));
    }
    if store.is_full() {
        return Err(RegistryError::Full { name: name.into() });
    }
    let series = make();
    store.series.insert(
        key,
        Named {
            help: help.into(),
            series,
        },
    );
    Ok(series)
}

/// What an exporter could not write down, or would write as something else, is refused where the mistake is.
fn check_name(name: &str) -> Result<(), RegistryError> {
    let why = match name {
        _ if !is_identifier(name) => {
            "a name has letters, digits and underscores, and no digit first"
        }
        _ if name.starts_with("wf_") => "`wf_` is where this crate's own series are",
        _ if name.ends_with("_total") => "`_total` is added to counters when they are exported",
        _ => return Ok(()),
    };
    let name = name.into();
    Err(RegistryError::Name { name, why })
}

fn check_labels(name: &str, labels: &[(&str, &str)]) -> Result<(), RegistryError> {
    for (position, &(label, _)) in labels.iter().enumerate() {
        let why = match label {
            _ if !is_identifier(label) => {
                "a label has letters, digits and underscores, and no digit first"
            }
            _ if label.starts_with("__") => "two underscores at the beginning are Prometheus' own",
            "le" | "quantile" => "it is what Prometheus calls the bounds of a histogram",
            _ if labels[..position].iter().any(|&(other, _)| other == label) => "it is there twice",
            _ => continue,
        };
        let (name, label) = (name.into(), label.into());
        return Err(RegistryError::Label { name, label, why });
    }
    Ok(())
}

fn is_identifier(name: &str) -> bool {
    let starts = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    let mut bytes = name.bytes();
    bytes.next().is_some_and(starts) && bytes.all(|b| starts(b) || b.is_ascii_digit())
}

impl Store {
    fn is_full(&self) -> bool {
        self.series.len() + self.sites.len() >= LIMIT
    }
}

/// The site that is `known`, static or not; else the one that `make` makes.
fn place<T>(
    name: &str,
    known: impl Fn(&SiteRef) -> Option<T>,
    make: impl FnOnce() -> (T, SiteRef),
) -> Result<T, RegistryError> {
    allocate(|| {
        let mut store = store();
        if let Some(known) = SITES.iter().chain(&store.sites).find_map(known) {
            return Ok(known);
        }
        if store.is_full() {
            return Err(RegistryError::Full { name: name.into() });
        }
        let (made, site) = make();
        store.sites.push(site);
        Ok(made)
    })
}

fn leaked<T>(site: T) -> &'static T {
    Box::leak(Box::new(site))
}

fn text(text: &str) -> &'static str {
    Box::leak(Box::from(text))
}

fn store() -> MutexGuard<'static, Store> {
    STORE.lock().unwrap_or_else(PoisonError::into_inner)
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
