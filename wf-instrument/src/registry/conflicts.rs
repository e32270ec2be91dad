//! The list of what does not go together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::store::{named, refusals, sites};
use super::{Conflict, RegistryError};
use crate::site::SiteRef;

/// The names under which code measures, counts or sets several kinds of things, whose series are
/// kept apart; those that were refused, by whatever part of the program; and those of events that
/// brought another number of label values than was declared.
///
/// What is measured (calls, replies, frames) and what the application counts itself have their
/// names each among themselves. Locks and allocates.
///
/// ```
/// let conflicts = wf_instrument::registry::conflicts();
/// assert!(conflicts.is_empty(), "{conflicts:?}");
/// ```
#[must_use]
pub fn conflicts() -> Vec<Conflict> {
    let mut found = Found::default();
    sites().iter().for_each(|site| found.site(site));
    for ((name, _), named) in named() {
        found.entry(true, &name).kinds.insert(named.series.kind());
    }
    for ((own, name), refusal) in refusals() {
        found.entry(own, &name).refused.get_or_insert(refusal);
    }
    found.conflicts()
}

/// For a test of the application, after its code is linked in: no name stands for several kinds of
/// series, and nothing was refused.
///
/// # Panics
///
/// Where there is any [`Conflict`], with each of them.
#[track_caller]
pub fn assert_no_conflicts() {
    let conflicts = conflicts();
    assert!(
        conflicts.is_empty(),
        "names that stand for several kinds of series or were refused: {conflicts:?}"
    );
}

/// Each name, with whether it is the application's own metric.
#[derive(Default)]
struct Found(BTreeMap<(bool, Arc<str>), Uses>);

#[derive(Default)]
struct Uses {
    kinds: BTreeSet<&'static str>,
    refused: Option<RegistryError>,
}

impl Found {
    fn site(&mut self, site: &SiteRef) {
        let (own, name, kind) = match site {
            SiteRef::Span(site) => (false, site.name, "call"),
            SiteRef::Generation(site) => (false, site.name, "reply"),
            SiteRef::Frame(site) => (false, site.name, "frame"),
            SiteRef::Counter(site) => (true, site.name, "counter"),
            SiteRef::Gauge(site) => (true, site.name, "gauge"),
        };
        let uses = self.entry(own, name);
        uses.kinds.insert(kind);
        let (declared, events) = site.mislabelled();
        if events > 0 {
            let name = name.into();
            uses.refused.get_or_insert(RegistryError::Values {
                name,
                declared,
                events,
            });
        }
    }

    fn entry(&mut self, own: bool, name: &str) -> &mut Uses {
        self.0.entry((own, name.into())).or_default()
    }

    fn conflicts(self) -> Vec<Conflict> {
        self.0
            .into_iter()
            .filter(|(_, uses)| uses.kinds.len() > 1 || uses.refused.is_some())
            .map(|((_, name), uses)| Conflict {
                name,
                kinds: uses.kinds.into_iter().collect(),
                refused: uses.refused,
            })
            .collect()
    }
}
