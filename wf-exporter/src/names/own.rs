//! What the measuring says of itself: a loss is counted, never silent.

use wf_instrument::Nanos;
use wf_instrument::snapshot::Totals;

use crate::bounds::to_f64;
use crate::families::{Families, Family};

/// What the exporter knows of itself when a page is nearly done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own {
    /// Collectors that panicked, ever.
    pub(crate) panics: u64,
    /// Families that were refused in earlier pages.
    pub(crate) refused: u64,
    /// Names that stand for several kinds of series.
    pub(crate) conflicts: usize,
    /// Copies of the SDK in the process, where the system says.
    pub(crate) copies: Option<usize>,
    /// How long the page before this one took; `None` for the first.
    pub(crate) last_render: Option<Nanos>,
}

pub(super) fn losses(totals: &Totals, families: &mut Families) {
    let dropped = Family::counter(
        "wf_events_dropped",
        "Measurements that found no place and were not recorded.",
    );
    let orphans = Family::counter(
        "wf_orphan_tokens",
        "Tokens counted while no generation was in scope.",
    );
    families.offer(dropped.sample(&[], to_f64(totals.dropped)));
    families.offer(orphans.sample(&[], to_f64(totals.orphan_tokens)));
}

/// Comes last: the refusals of all others are counted here.
pub(crate) fn own(own: Own, families: &mut Families) {
    let build = Family::gauge("wf_build_info", "Always 1; the labels say what runs.");
    families.offer(build.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1.0));
    let render = Family::gauge(
        "wf_scrape_render_seconds",
        "Time that the previous scrape took to collect and to write.",
    );
    if let Some(took) = own.last_render {
        families.offer(render.sample(&[], took.as_secs()));
    }
    let conflicts = Family::gauge(
        "wf_registry_conflicts",
        "Names that stand for several kinds of series in the code; `registry::conflicts()` lists them.",
    );
    families.offer(conflicts.sample(&[], to_f64(own.conflicts as u64)));
    let copies = Family::gauge(
        "wf_registry_copies",
        "Copies of the SDK in the process; the series of all but one are missing from this page.",
    );
    if let Some(number) = own.copies {
        families.offer(copies.sample(&[], to_f64(number as u64)));
    }
    let panics = Family::counter(
        "wf_collector_panics",
        "Collectors that panicked; their families are missing from that scrape.",
    );
    families.offer(panics.sample(&[], to_f64(own.panics)));
    let refused = Family::counter(
        "wf_families_refused",
        "Families left out of a scrape because they would have broken it.",
    );
    let so_far = own.refused + families.refused();
    families.offer(refused.sample(&[], to_f64(so_far)));
}
