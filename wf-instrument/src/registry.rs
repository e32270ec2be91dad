//! Series that are named at run time: bridges, dynamic names, label values that only the running program knows.
//!
//! They live in the same store as those of annotated code and cost the same through a handle. A handle is found by its name and labels
//! (a lock and a look-up, about 100 ns): keep it, do not look it up per event. Series are never removed, and there is a limit.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::labels::Label;
use crate::units::Unit;

/// How many series may be named at run time: at about 2 KiB each before anybody records, some 8 MiB.
pub const LIMIT: usize = 4_096;

/// A counter by its name (without `_total`) and labels: the same one for the same name and labels.
///
/// # Errors
///
/// [`RegistryError`] where the name is taken by another kind, or [`LIMIT`] is reached.
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
/// [`RegistryError`] where the name is taken by another kind, or [`LIMIT`] is reached.
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
/// [`RegistryError`] where the name is taken by another kind, or [`LIMIT`] is reached.
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

/// Why a series could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A name stands for one kind only.
    #[error("`{name}` is a {is} already and cannot be a {wanted} too: choose another name")]
    Kind {
        /// The name asked for.
        name: String,
        /// What it is.
        is: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The limit on series that are named at run time is reached.
    #[error(
        "`{name}` would be series number {}: at most {LIMIT} can be named at run time, so keep label values few",
        LIMIT + 1
    )]
    Full {
        /// The name asked for.
        name: String,
    },
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

static STORE: Mutex<BTreeMap<Key, Named>> = Mutex::new(BTreeMap::new());

/// Every series named at run time, as it stands.
pub(crate) fn named() -> Vec<(Key, Named)> {
    store()
        .iter()
        .map(|(key, named)| (key.clone(), named.clone()))
        .collect()
}

fn series(
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
    if let Some(known) = store.get(&key) {
        let same = known.series.kind() == wanted;
        return if same {
            Ok(known.series)
        } else {
            Err(known.series.not_a(wanted, name))
        };
    }
    // Another label set of the name decides its kind.
    let sibling = store.range((key.0.clone(), Vec::new())..).next();
    if let Some((_, sibling)) = sibling.filter(|((name, _), _)| *name == key.0)
        && sibling.series.kind() != wanted
    {
        return Err(sibling.series.not_a(wanted, name));
    }
    if store.len() >= LIMIT {
        return Err(RegistryError::Full { name: name.into() });
    }
    let series = make();
    store.insert(
        key,
        Named {
            help: help.into(),
            series,
        },
    );
    Ok(series)
}

fn store() -> MutexGuard<'static, BTreeMap<Key, Named>> {
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
