//! The sleep state of the engine. vLLM can sleep to free a GPU; this engine is always awake. The
//! series exists so that dashboards that count awake engines count it.

use wf_exporter::{Families, Family, FamilyError};

/// A collector for an engine that is always awake.
pub(super) fn never_asleep(
    model: String,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| {
        let family = Family::gauge(
            "wf_engine_sleep_state",
            "1 for the state that the engine is in; this one is always awake.",
        );
        families.add(STATES.iter().fold(family, |family, (state, value)| {
            let labels = [
                ("engine", "0"),
                ("model_name", model.as_str()),
                ("sleep_state", state),
            ];
            family.sample(&labels, *value)
        }))
    }
}

/// Sleep states of vLLM.
const STATES: [(&str, f64); 3] = [
    ("awake", 1.0),
    ("weights_offloaded", 0.0),
    ("discard_all", 0.0),
];
