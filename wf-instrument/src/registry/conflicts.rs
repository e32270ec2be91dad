//! The list of conflicts between names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::{Conflict, RegistryError};
use super::store::{named, refusals, sites};

use crate::site::SiteRef;

/// The conflicts of all names.
pub(super) fn conflicts() -> Vec<Conflict> {
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
            SiteRef::Span(site) => (false, site.name, "span"),
            SiteRef::Generation(site) => (false, site.name, "generation"),
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
