//! One scrape: ask every collector, write what they said.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wf_instrument::snapshot::Snapshot;
use wf_instrument::{clock, registry};

use crate::families::{Families, FamilyError};
use crate::names::{self, Own};
use crate::text;

/// Adds families to a scrape.
pub(crate) type Collector = Box<dyn FnMut(&mut Families) -> Result<(), FamilyError> + Send>;

/// What is served, rendered anew for requests that have waited for it. Owned by the exporter's thread, so two scrapes are never made at once.
pub(crate) struct Page {
    collectors: Vec<Collector>,
    own: Own,
    size: usize,
}

impl Page {
    /// The first collector that names a family has the name.
    pub(crate) const fn new(collectors: Vec<Collector>) -> Self {
        Self {
            collectors,
            own: Own {
                panics: 0,
                refused: 0,
                last_render: None,
                conflicts: 0,
                copies: None,
            },
            size: 0,
        }
    }

    /// The page as of now.
    pub(crate) fn render(&mut self) -> String {
        let begin = clock::now();
        let families = self.collect();
        let page = text::encode(&families, self.size + self.size / 8);
        self.own.refused += families.refused();
        self.own.last_render = Some(clock::now().since(begin));
        self.size = page.len();
        page
    }

    fn collect(&mut self) -> Families {
        let mut families = Families::default();
        names::own(self.own, 0).for_each(|own| families.offer(own));
        for collector in &mut self.collectors {
            match gather(collector) {
                Some(gathered) => families.absorb(gathered),
                None => self.own.panics += 1,
            }
        }
        self.own.conflicts = registry::conflicts().len();
        self.own.copies = registry::copies();
        let refused = families.refused();
        names::own(self.own, refused).for_each(|own| families.renew(own));
        families
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("collectors", &self.collectors.len())
            .field("own", &self.own)
            .finish_non_exhaustive()
    }
}

/// The families of everything recorded.
pub(crate) fn recorded(mut source: impl FnMut() -> Snapshot + Send + 'static) -> Collector {
    Box::new(move |families| {
        names::metrics(&source().metrics, families);
        Ok(())
    })
}

/// What one collector adds, in a set of its own so that its panic takes nothing else along; `None` where it panicked. The error that it
/// may return was counted when the family was refused.
fn gather(collector: &mut Collector) -> Option<Families> {
    let mut families = Families::default();
    let called = catch_unwind(AssertUnwindSafe(|| collector(&mut families)));
    called.is_ok().then_some(families)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::{Family, Histogram};

    fn gauge(name: &'static str) -> Collector {
        Box::new(move |families| families.add(Family::gauge(name, "").sample(&[], 1.0)))
    }

    #[test]
    fn a_panicking_collector_loses_only_its_own_families() {
        let broken: Collector = Box::new(|families| {
            families.add(Family::gauge("half", "").sample(&[], 1.0))?;
            panic!("a collector's bug");
        });
        let page = Page::new(vec![gauge("before"), broken, gauge("after")]).render();
        assert!(
            page.contains("\nbefore 1\n") && page.contains("\nafter 1\n"),
            "{page}"
        );
        assert!(!page.contains("half"), "{page}");
        assert!(page.contains("\nwf_collector_panics_total 1\n"), "{page}");
    }

    #[test]
    fn a_name_taken_by_an_earlier_collector_is_refused_and_counted_in_every_scrape() {
        let other: Collector =
            Box::new(|families| families.add(Family::counter("x", "").sample(&[], 7.0)));
        let mut page = Page::new(vec![gauge("x_total"), other]);
        let first = page.render();
        assert!(first.contains("\nx_total 1\n"), "{first}");
        assert!(first.contains("\nwf_families_refused_total 1\n"), "{first}");
        assert!(page.render().contains("\nwf_families_refused_total 2\n"));
    }

    #[test]
    fn a_collector_cannot_take_the_name_of_a_family_of_our_own() {
        for name in [
            "wf_build_info",
            "wf_registry_conflicts",
            "wf_collector_panics_total",
            "wf_families_refused_total",
            "wf_scrape_render_seconds",
        ] {
            let other: Collector = Box::new(|families| {
                families.add(Family::histogram(name, "").sample(&[], Histogram::default()))
            });
            let mut page = Page::new(vec![other]);
            page.render();
            let page = page.render();
            assert!(page.contains(&format!("\n{name}")), "{page}");
            assert!(
                page.contains("\nwf_families_refused_total 2\n"),
                "{name}: {page}"
            );
        }
    }

    #[test]
    fn how_long_a_scrape_took_is_told_by_the_next() {
        let mut page = Page::new(Vec::new());
        assert!(!page.render().contains("wf_scrape_render_seconds"));
        assert!(page.render().contains("\nwf_scrape_render_seconds "));
    }
}
