//! Models that are known before their first request.

use super::sites;
use crate::series::GenerationSeries;
use crate::site::SiteRef;

/// Gives `model` its series, at zero, at every annotated function that names its model at each call
/// and has no labels but literals, and at every [`labelled_generation`](super::labelled_generation)
/// without labels.
///
/// Call it at start for each model that is served: a counter that appears with its first event
/// hides that event from `increase()`. Not needed for a model that is a literal
/// (`model = "llama"`), which has its series from the start, as have counters, gauges and
/// histograms that are named in this module. As a first request does, it takes one of the 32 places
/// for models. Locks and allocates.
///
/// ```
/// wf_instrument::registry::declare_model("llama-8b");
/// ```
pub fn declare_model(model: &str) {
    for site in sites() {
        if let SiteRef::Generation(site) = site
            && site.by_model
        {
            site.series.begin(&[model], GenerationSeries::new);
        }
    }
}
