//! Where what is named at run time is kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::spelling::{check_labels, check_name};
use super::{LIMIT, RegistryError};
use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::labels::Label;
use crate::site::{SiteRef, listed};
use crate::thread::allocate;
use crate::units::Unit;

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
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Histogram(unit, _) => histogram_of(unit),
        }
    }

    pub(super) fn not_a(self, wanted: &'static str, name: &str) -> RegistryError {
        RegistryError::Kind {
            name: name.into(),
            is: self.kind(),
            wanted,
        }
    }
}

/// A name stands for one unit, too: buckets of seconds and of bytes cannot be added.
pub(super) const fn histogram_of(unit: Unit) -> &'static str {
    match unit {
        Unit::One => "histogram",
        Unit::Nanos => "histogram of times",
        Unit::Bytes => "histogram of bytes",
    }
}

pub(crate) type Key = (Arc<str>, Vec<Label>);

static STORE: Mutex<Store> = Mutex::new(Store {
    series: BTreeMap::new(),
    sites: Vec::new(),
});

#[derive(Debug)]
struct Store {
    series: BTreeMap<Key, Named>,
    sites: Vec<SiteRef>,
}

/// Every site: those that are written in code, and those of run time.
pub(crate) fn sites() -> Vec<SiteRef> {
    allocate(|| listed().chain(store().sites.iter().copied()).collect())
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

pub(super) fn series(
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

impl Store {
    fn is_full(&self) -> bool {
        self.series.len() + self.sites.len() >= LIMIT
    }
}

/// The site that is `known`, static or not; else the one that `make` makes.
pub(super) fn place<T>(
    name: &str,
    known: impl Fn(&SiteRef) -> Option<T>,
    make: impl FnOnce() -> (T, SiteRef),
) -> Result<T, RegistryError> {
    allocate(|| {
        let mut store = store();
        let mut sites = listed().chain(store.sites.iter().copied());
        if let Some(known) = sites.find_map(|site| known(&site)) {
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

fn store() -> MutexGuard<'static, Store> {
    STORE.lock().unwrap_or_else(PoisonError::into_inner)
}
