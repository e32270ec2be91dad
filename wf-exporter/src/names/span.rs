//! Measured functions.

use wf_instrument::snapshot::SpanMetrics;

use super::pairs;
use crate::bounds::{self, to_f64};
use crate::families::{Families, Family};

pub(super) fn spans(rows: &[SpanMetrics], families: &mut Families) {
    if rows.is_empty() {
        return;
    }
    let mut duration = Family::histogram(
        "wf_span_duration_seconds",
        "Time that calls of a measured function took, by how they ended.",
    );
    let mut in_flight = Family::gauge(
        "wf_spans_in_flight",
        "Calls of a measured function that have not ended.",
    );
    for row in rows {
        for (outcome, samples) in [
            ("ok", &row.ok),
            ("error", &row.error),
            ("cancelled", &row.cancelled),
            ("panicked", &row.panicked),
        ] {
            let labels = pairs(&[("outcome", outcome), ("span", &row.span)], &row.labels);
            duration = duration.sample(&labels, bounds::SPAN.count(samples));
        }
        let labels = pairs(&[("span", &row.span)], &row.labels);
        in_flight = in_flight.sample(&labels, to_f64(row.in_flight));
    }
    families.offer(duration);
    families.offer(in_flight);
}
