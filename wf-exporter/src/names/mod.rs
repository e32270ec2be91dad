//! Which recorded series is which family: the names that users meet in Grafana.
//!
//! vLLM's names with `wf_` for `vllm:`, so that its dashboards and rules need nothing else replaced. Base units, `_total` on counters and
//! only there, no colon: `promtool check metrics` has nothing to say.

mod application;
mod frame;
mod generation;
mod own;
mod slo;
mod span;

use wf_instrument::snapshot::{Label, Totals};

pub(crate) use self::own::{Own, own};
use crate::families::Families;

/// Adds everything recorded. A series is there from the first scrape on, at zero, because call-sites are known before they run;
/// but for the models that a site names at run time, which are there from their first request on.
pub(crate) fn totals(totals: &Totals, families: &mut Families) {
    generation::generations(&totals.generations, families);
    span::spans(&totals.spans, families);
    frame::frames(&totals.frames, families);
    slo::slos(&totals.generations, &totals.frames, families);
    application::counters(&totals.counters, families);
    application::gauges(&totals.gauges, families);
    application::histograms(&totals.histograms, families);
    own::losses(totals, families);
}

/// What tells a row from others, after what its family always says of it.
fn pairs<'a>(always: &[(&'a str, &'a str)], labels: &'a [Label]) -> Vec<(&'a str, &'a str)> {
    let labels = labels.iter().map(|(name, value)| (&**name, &**value));
    always.iter().copied().chain(labels).collect()
}

#[cfg(test)]
mod tests;
