//! Who waits for what (PSI).

use wf_instrument::sensor::{Pressure, Reading, Stall};

use super::told::{Result, Told, seconds, share};
use crate::families::Family;

pub(super) fn tell(pressure: &Pressure, told: &mut Told<'_>) -> Result {
    for (resource, own, host) in [
        ("cpu", &pressure.cpu, &pressure.host_cpu),
        ("memory", &pressure.memory, &pressure.host_memory),
        ("io", &pressure.io, &pressure.host_io),
    ] {
        // Totals of a group and of the host are not one that goes on from the other.
        let scope = own.value().map_or("", |stall| stall.scope.as_str());
        stall(
            &format!("wf_pressure_{resource}"),
            own,
            &[("scope", scope)],
            told,
        )?;
        stall(&format!("wf_host_pressure_{resource}"), host, &[], told)?;
    }
    Ok(())
}

/// "Waiting" is some, "stalled" is all: the words that node_exporter has for them.
fn stall(
    base: &str,
    reading: &Reading<Stall>,
    labels: &[(&str, &str)],
    told: &mut Told<'_>,
) -> Result {
    type Part = (&'static str, &'static str, fn(&Stall) -> Option<f64>);
    let gauges: [Part; 2] = [
        (
            "_waiting_ratio",
            "Share of the last 10 seconds in which some task waited for it.",
            |stall| Some(share(&stall.some)),
        ),
        (
            "_stalled_ratio",
            "Share of the last 10 seconds in which all tasks waited for it.",
            |stall| stall.full.as_ref().map(share),
        ),
    ];
    let counters: [Part; 2] = [
        (
            "_waiting_seconds",
            "Time in which some task waited for it.",
            |stall| Some(seconds(&stall.some_time)),
        ),
        (
            "_stalled_seconds",
            "Time in which all tasks waited for it.",
            |stall| stall.full_time.as_ref().map(seconds),
        ),
    ];
    let gauges =
        gauges.map(|(suffix, help, part)| (Family::gauge(&[base, suffix].concat(), help), part));
    let counters = counters
        .map(|(suffix, help, part)| (Family::counter(&[base, suffix].concat(), help), part));
    for (family, part) in gauges.into_iter().chain(counters) {
        told.family(family, reading, |family, stall| match part(stall) {
            Some(number) => family.sample(labels, number),
            None => family,
        })?;
    }
    Ok(())
}
