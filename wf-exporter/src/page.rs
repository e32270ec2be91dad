//! One scrape: run every collector, write the page.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{BaseUnit, Nanos, clock, registry};

use crate::buckets::to_f64;
use crate::column::Column;
use crate::descriptor::{Descriptor, LabelKey, Source};
use crate::families::Families;
use crate::family::{Family, FamilyError};
use crate::{recorded, text};

/// Adds families to a scrape.
pub(crate) type Collector = Box<dyn FnMut(&mut Families) -> Result<(), FamilyError> + Send>;

/// The page, rendered anew for requests that have waited for it. Owned by the exporter's thread, so
/// two scrapes never run at once.
pub(crate) struct Page {
    collectors: Vec<Collector>,
    own: Own,
    size: usize,
}

/// The exporter's own measurements.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own {
    /// Collectors that panicked since the start.
    pub(crate) panics: u64,
    /// Families that were refused since the start.
    pub(crate) refused: u64,
    /// Names that stand for several kinds of series.
    pub(crate) conflicts: u64,
    /// Copies of the SDK in the process, if the system reports that.
    pub(crate) copies: Option<u64>,
    /// Duration of the previous rendering; `None` for the first.
    pub(crate) last_render: Option<Nanos>,
}

impl Page {
    /// The first collector that adds a name keeps it.
    pub(crate) fn new(collectors: Vec<Collector>) -> Self {
        Self {
            collectors,
            own: Own::default(),
            size: 0,
        }
    }

    /// Renders the page as of now.
    pub(crate) fn render(&mut self) -> String {
        let begin = clock::now();
        let families = self.collect();
        let page = text::encode(&families, self.size + self.size / 8);
        self.own.last_render = Some(clock::now().since(begin));
        self.size = page.len();
        page
    }

    /// The exporter's own families are added first, so that no collector takes their names, and
    /// once more at the end, when the last of their values are known.
    fn collect(&mut self) -> Families {
        let mut families = Families::default();
        own_families(&self.own).for_each(|own| families.offer(own));
        for collector in &mut self.collectors {
            match gather(collector) {
                Some(gathered) => families.absorb(gathered),
                None => self.own.panics += 1,
            }
        }
        self.own.conflicts = registry::conflicts().len() as u64;
        self.own.copies = registry::copies().map(|copies| copies as u64);
        self.own.refused += families.refused();
        own_families(&self.own).for_each(|own| families.renew(own));
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

/// A source of snapshots other than this process's registry.
pub(crate) type SnapshotSource = Box<dyn FnMut() -> Snapshot + Send>;

/// A collector of everything recorded, or of the snapshots of `source`.
pub(crate) fn collect_recorded(mut source: Option<SnapshotSource>) -> Collector {
    Box::new(move |families| {
        let metrics = match &mut source {
            None => Snapshot::take().metrics,
            Some(source) => {
                let mut metrics = source().metrics;
                families.count_refused(recorded::remove_unwritable(&mut metrics));
                metrics
            }
        };
        recorded::metrics(metrics, families);
        Ok(())
    })
}

/// The families of one collector, in a set of its own so that its panic removes no others; `None`
/// if it panicked. The error that it may return was counted when the family was refused.
fn gather(collector: &mut Collector) -> Option<Families> {
    let mut families = Families::default();
    let called = catch_unwind(AssertUnwindSafe(|| collector(&mut families)));
    called.is_ok().then_some(families)
}

/// A page that requests share. Rendering blocks the only thread, so none begins during another.
pub(crate) struct SharedPage {
    page: RefCell<Page>,
    /// Number of renderings.
    rendered: Cell<u64>,
    last: RefCell<Bytes>,
}

/// The moment at which a request arrived, between two renderings.
#[derive(Clone, Copy)]
pub(crate) struct Arrival(u64);

impl SharedPage {
    pub(crate) fn new(page: Page) -> Self {
        Self {
            page: RefCell::new(page),
            rendered: Cell::new(0),
            last: RefCell::default(),
        }
    }

    pub(crate) const fn arrival(&self) -> Arrival {
        Arrival(self.rendered.get())
    }

    /// The page, rendered now if no rendering has begun since `arrival`: nothing on it is older
    /// than the request.
    pub(crate) fn since(&self, arrival: Arrival) -> Bytes {
        if self.rendered.get() == arrival.0 {
            self.last.replace(self.page.borrow_mut().render().into());
            self.rendered.update(|count| count + 1);
        }
        self.last.borrow().clone()
    }
}

/// The rows of the catalogue that are filled here.
pub(crate) fn rows() -> impl Iterator<Item = &'static Descriptor> {
    let columns = OWN.iter().map(|column| &column.family);
    columns.chain([&BUILD])
}

pub(crate) fn own_families(own: &Own) -> impl Iterator<Item = Family> {
    let columns = OWN
        .iter()
        .map(|column| Family::of(&column.family).sample(&[], column.read(own)));
    columns.chain([Family::of(&BUILD).sample(&[("version", VERSION)], 1.0)])
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

static BUILD: Descriptor = Descriptor::gauge(
    Source::Exporter,
    "wf_build_info",
    "Always 1; the label has the version of wf-exporter.",
)
.labels(&[LabelKey::any("version")]);

/// Without a value, NaN keeps the name and writes no sample.
static OWN: &[Column<Own>] = &[
    Column::number(
        Descriptor::gauge(
            Source::Exporter,
            "wf_scrape_render_seconds",
            "Time to collect and write the previous scrape.",
        )
        .unit(BaseUnit::Seconds),
        |own| own.last_render.map_or(f64::NAN, Nanos::as_secs),
    ),
    Column::number(
        Descriptor::gauge(
            Source::Exporter,
            "wf_registry_conflicts",
            "Names used for several kinds of series, and names of refused registrations. \
             `registry::conflicts()` lists them.",
        ),
        |own| to_f64(own.conflicts),
    ),
    Column::number(
        Descriptor::gauge(
            Source::Exporter,
            "wf_registry_copies",
            "Copies of wf-instrument in the process. The series of all but one are missing from \
             this page.",
        ),
        |own| own.copies.map_or(f64::NAN, to_f64),
    ),
    Column::number(
        Descriptor::counter(
            Source::Exporter,
            "wf_collector_panics_total",
            "Panics of collectors. The families of a collector are missing from a scrape in which \
             it panicked.",
        ),
        |own| to_f64(own.panics),
    ),
    Column::number(
        Descriptor::counter(
            Source::Exporter,
            "wf_families_refused_total",
            "Families left out of a scrape because they would have made it unreadable.",
        ),
        |own| to_f64(own.refused),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buckets::Buckets;

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
                families.add(Family::histogram(name, "").sample(&[], Buckets::default()))
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
    fn the_time_of_a_scrape_is_on_the_next_page() {
        let mut page = Page::new(Vec::new());
        assert!(!page.render().contains("wf_scrape_render_seconds"));
        assert!(page.render().contains("\nwf_scrape_render_seconds "));
    }

    /// A page that shows how often it was rendered.
    fn counting() -> SharedPage {
        let mut count = 0.0;
        SharedPage::new(Page::new(vec![Box::new(move |families| {
            count += 1.0;
            families.add(Family::gauge("renderings", "").sample(&[], count))
        })]))
    }

    fn check(page: &Bytes, renderings: u64) {
        let page = String::from_utf8_lossy(page);
        assert!(
            page.contains(&format!("\nrenderings {renderings}\n")),
            "{page}"
        );
    }

    #[test]
    fn requests_that_arrive_before_a_rendering_share_it() {
        let shared = counting();
        let (one, other) = (shared.arrival(), shared.arrival());
        check(&shared.since(one), 1);
        check(&shared.since(other), 1);
    }

    #[test]
    fn a_request_gets_no_page_that_was_rendered_before_it_arrived() {
        let shared = counting();
        let early = shared.arrival();
        shared.since(early);
        let late = shared.arrival();
        check(&shared.since(late), 2);
        check(&shared.since(early), 2);
    }
}
