//! Models that are known before their first request.

use super::sites;
use crate::series::GenerationSeries;
use crate::site::SiteRef;

/// Gives `model` its series, at zero, at every annotated function that names its model at each call and has no labels but literals.
///
/// Call it at start for each model that is served: a counter that appears with its first event hides that event from `increase()`. A model
/// that is a literal (`model = "llama"`) has its series without it, as labels that are literals have, and so has every series of this module from the moment it is named. Like
/// a first request it takes one of a function's 32 places for models. Locks and allocates.
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
