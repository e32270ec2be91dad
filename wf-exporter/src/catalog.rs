//! The catalogue: every family that the exporter can write, known without any data.
//!
//! Name, type, unit, labels and HELP of a family stand once, in its row. The encoder, METRICS.md
//! and the lint tests read the same rows, so a family cannot be exported without one. Rows of the
//! governor and of sensors exist if the features `govern` and `sense` are enabled.
//!
//! ```
//! use wf_exporter::catalog::{self, Kind};
//!
//! let counters = catalog::families().filter(|family| family.kind == Kind::Counter);
//! assert!(counters.into_iter().all(|family| family.name.ends_with("_total")));
//! ```
//!
//! # Metrics of the application
//!
//! Counters, gauges and histograms that the application registers have a rule instead of rows. The
//! family has the registered name, to which a counter gets `_total` appended, the registered HELP
//! and the registered labels. The bounds of a histogram follow from its unit: those of
//! `wf_span_duration_seconds` for times, 1-2-5 steps to a million for numbers, powers of four from
//! 256 B to 64 GiB for bytes. Families of the application's own
//! [collectors](crate::Builder::collector) have no rows.

pub use wf_instrument::BaseUnit;

pub use crate::descriptor::{Descriptor, Kind, LabelKey, Source};

/// Returns every row of the catalogue, grouped by source.
///
/// The first call makes the rows of readings from the table of wf-sense; later ones allocate
/// nothing.
pub fn families() -> impl Iterator<Item = &'static Descriptor> {
    let rows = crate::recorded::rows().chain(crate::page::rows());
    #[cfg(feature = "govern")]
    let rows = rows
        .chain(crate::governor::rows())
        .chain(crate::profile::rows());
    #[cfg(feature = "sense")]
    let rows = rows.chain(crate::sensors::rows());
    rows
}

#[cfg(test)]
mod tests;
