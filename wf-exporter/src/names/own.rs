//! What the measuring says of itself: a loss is counted, never silent.

use wf_instrument::Nanos;
use wf_instrument::snapshot::Metrics;

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

pub(super) fn losses(metrics: &Metrics, families: &mut Families) {
    let dropped = Family::counter(
        "wf_events_dropped",
        "Measurements that found no place and were not recorded.",
    );
    let orphans = Family::counter(
        "wf_orphan_tokens",
        "Tokens of no request: counted where no request was in scope, where its items are counted instead, or after its end.",
    );
    families.offer(dropped.sample(&[], to_f64(metrics.dropped)));
    families.offer(orphans.sample(&[], to_f64(metrics.orphan_tokens)));
}

/// The exporter's own families. They are added before any collector's, so that no collector takes
/// their names, and once more at the end of the page, when the last of their values are known.
pub(crate) fn own(own: Own, refused: u64) -> impl Iterator<Item = Family> {
    let build = Family::gauge("wf_build_info", "Always 1; the labels say what runs.");
    let conflicts = Family::gauge(
        "wf_registry_conflicts",
        "Names used for several kinds of series, and names of refused registrations; `registry::conflicts()` lists them.",
    );
    let copies = Family::gauge(
        "wf_registry_copies",
        "Copies of the SDK in the process; the series of all but one are missing from this page.",
    );
    let panics = Family::counter(
        "wf_collector_panics",
        "Collectors that panicked; their families are missing from that scrape.",
    );
    let families_refused = Family::counter(
        "wf_families_refused",
        "Families left out of a scrape because they would have broken it.",
    );
    let render = Family::gauge(
        "wf_scrape_render_seconds",
        "Time that the previous scrape took to collect and to write.",
    );
    // Without a value, NaN keeps the name and writes no sample.
    let last_render = own.last_render.map_or(f64::NAN, Nanos::as_secs);
    let number = own.copies.map_or(f64::NAN, |n| to_f64(n as u64));
    [
        build.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1.0),
        render.sample(&[], last_render),
        conflicts.sample(&[], to_f64(own.conflicts as u64)),
        copies.sample(&[], number),
        panics.sample(&[], to_f64(own.panics)),
        families_refused.sample(&[], to_f64(own.refused + refused)),
    ]
    .into_iter()
}
