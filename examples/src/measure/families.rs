//! The governor on the endpoint: every set point and every move can be graphed.

use std::sync::Arc;

use wf_exporter::{Families, Family, FamilyError};
use wf_instrument::govern::{Governor, Mode};

/// Adds the governor's families to a scrape.
pub(super) fn governor(
    governor: Arc<Governor>,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| {
        families.add(enabled(&governor))?;
        families.add(set_points(&governor))?;
        families.add(actions(&governor))
    }
}

fn enabled(governor: &Governor) -> Family {
    let active = governor.status().mode == Mode::Active;
    Family::gauge("wf_governor_enabled", "Whether the governor moves knobs.")
        .sample(&[], f64::from(u8::from(active)))
}

fn set_points(governor: &Governor) -> Family {
    let family = Family::gauge("wf_governor_setpoint", "Where each knob stands.");
    governor.status().knobs.iter().fold(family, |family, knob| {
        family.sample(&[("knob", &*knob.name)], number(knob.value))
    })
}

fn actions(governor: &Governor) -> Family {
    let family = Family::counter("wf_governor_actions", "Moves of each knob.");
    governor.actions().iter().fold(family, |family, action| {
        let labels = [
            ("knob", &*action.knob),
            ("direction", action.direction),
            ("reason", action.cause.as_str()),
        ];
        family.sample(&labels, number(action.count))
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "positions and counts stay far below 2⁵³"
)]
const fn number(n: u64) -> f64 {
    n as f64
}
