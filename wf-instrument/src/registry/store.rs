//! The store of everything that is named at run time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::{LIMIT, RegistryError};
use super::lookup::{Key, Lookup};
use super::validate::check_metric;
use crate::counter::Counter;
use crate::fork::{ForkSafeGuard, lock};
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::site::{SiteRef, listed};
use crate::thread::allocate;
use crate::units::Unit;

/// A series and what describes it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) help: Arc<str>,
    pub(crate) series: Series,
}

/// The storage of a series. Leaked, so that handles are plain references: the store is never
/// emptied, and limited.
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

    pub(super) fn not_a(self, requested: &'static str, name: &str) -> RegistryError {
        RegistryError::Kind {
            name: name.into(),
            is: self.kind(),
            requested,
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

static STORE: Mutex<Store> = Mutex::new(Store {
    series: BTreeMap::new(),
    sites: Vec::new(),
    refusals: BTreeMap::new(),
});

#[derive(Debug)]
struct Store {
    series: BTreeMap<Key, Named>,
    sites: Vec<SiteRef>,
    refusals: Refusals,
}

/// The first refusal under a name, which is the application's own metric's or not; for as many
/// names as there may be series.
type Refusals = BTreeMap<(bool, Arc<str>), RegistryError>;

/// The refusals that are kept.
pub(super) fn refusals() -> Refusals {
    allocate(|| store().refusals.clone())
}

/// Keeps the refusal for [`conflicts`](super::conflicts), and returns it.
pub(super) fn refuse(own: bool, name: &str, refusal: RegistryError) -> RegistryError {
    allocate(|| {
        let mut store = store();
        if store.refusals.len() < LIMIT {
            let refusals = &mut store.refusals;
            refusals
                .entry((own, name.into()))
                .or_insert_with(|| refusal.clone());
        }
    });
    refusal
}

/// Every site: those of annotated code, and those of run time.
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

/// The locked store: nobody else is changing it.
pub(crate) struct StoreGuard(MutexGuard<'static, Store>);

/// Locks the store for a process that is being forked. All others lock it where nobody forks, so
/// it is free.
pub(crate) fn lock_for_fork() -> StoreGuard {
    StoreGuard(STORE.lock().unwrap_or_else(PoisonError::into_inner))
}

impl StoreGuard {
    /// Every series starts again; gauges at zero. Only in a process that has just been forked.
    pub(crate) fn reset_after_fork(&self, mine: usize) {
        self.0
            .sites
            .iter()
            .for_each(|site| site.reset_after_fork(mine));
        for named in self.0.series.values() {
            match named.series {
                Series::Counter(counter) => counter.reset_after_fork(),
                Series::Gauge(gauge) => gauge.set(0.0),
                Series::Histogram(_, recorder) => recorder.reset_after_fork(),
            }
        }
    }
}

pub(super) fn series(
    lookup: &Lookup<'_>,
    make: impl FnOnce() -> Series,
) -> Result<Series, RegistryError> {
    // An allocator that is measured must not wait for the store that is allocating.
    let found = check_metric(lookup.name, lookup.labels)
        .and_then(|()| allocate(|| find_or_add(lookup, make)));
    found.map_err(|refusal| refuse(true, lookup.name, refusal))
}

fn find_or_add(
    lookup: &Lookup<'_>,
    make: impl FnOnce() -> Series,
) -> Result<Series, RegistryError> {
    let key = lookup.key();
    let mut store = store();
    if let Some(known) = store.series.get(&key) {
        return lookup.is_a(known.series.kind()).map(|()| known.series);
    }
    // Another label set of the name decides its kind.
    let sibling = store.series.range((key.0.clone(), Vec::new())..).next();
    if let Some((_, sibling)) = sibling.filter(|((name, _), _)| *name == key.0) {
        lookup.is_a(sibling.series.kind())?;
    }
    if !lookup.of_site {
        let mut kinds = listed().filter_map(|site| kind_of(site, lookup.name));
        kinds.try_for_each(|kind| lookup.is_a(kind))?;
    }
    if store.is_full() {
        let name = lookup.name.into();
        return Err(RegistryError::Full { name });
    }
    let (help, series) = (lookup.help.into(), make());
    store.series.insert(key, Named { help, series });
    Ok(series)
}

/// The kind of the site, if it counts or sets `name`.
fn kind_of(site: SiteRef, name: &str) -> Option<&'static str> {
    match site {
        SiteRef::Counter(site) if site.name == name => Some("counter"),
        SiteRef::Gauge(site) if site.name == name => Some("gauge"),
        _ => None,
    }
}

impl Store {
    fn is_full(&self) -> bool {
        self.series.len() + self.sites.len() >= LIMIT
    }
}

/// The site that is `known`, static or not; else the one that `make` makes.
pub(super) fn find_or_add_site<T>(
    name: &str,
    known: impl Fn(&SiteRef) -> Option<T>,
    make: impl FnOnce() -> (T, SiteRef),
) -> Result<T, RegistryError> {
    let found = allocate(|| {
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
    });
    found.map_err(|refusal| refuse(false, name, refusal))
}

fn store() -> ForkSafeGuard<'static, Store> {
    lock(&STORE)
}
