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

use wf_instrument::snapshot::{Label, Metrics};

pub(crate) use self::own::{Own, own};
use crate::families::Families;

/// Adds everything recorded. A series is there from the first scrape on, at zero, because call-sites are known before they run;
/// but for the models that a site names at run time, which are there from their first request on.
pub(crate) fn metrics(metrics: &Metrics, families: &mut Families) {
    generation::generations(&metrics.generations, families);
    span::spans(&metrics.spans, families);
    frame::frames(&metrics.frames, families);
    slo::slos(&metrics.generations, &metrics.frames, families);
    application::counters(&metrics.counters, families);
    application::gauges(&metrics.gauges, families);
    application::histograms(&metrics.histograms, families);
    own::losses(metrics, families);
}

/// What tells a row from others, after what its family always says of it.
fn pairs<'a>(always: &[(&'a str, &'a str)], labels: &'a [Label]) -> Vec<(&'a str, &'a str)> {
    let labels = labels.iter().map(|(name, value)| (&**name, &**value));
    always.iter().copied().chain(labels).collect()
}

#[cfg(test)]
mod tests;
