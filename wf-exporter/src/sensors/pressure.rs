//! Who waits for what (PSI).

use wf_instrument::sensor::{Pressure, Reading, Stall};

use super::told::{Result, Told, seconds, share};

pub(super) fn tell(pressure: &Pressure, told: &mut Told<'_>) -> Result {
    for (resource, own, host) in [
        ("cpu", &pressure.cpu, &pressure.host_cpu),
        ("memory", &pressure.memory, &pressure.host_memory),
        ("io", &pressure.io, &pressure.host_io),
    ] {
        stall(&format!("wf_pressure_{resource}"), own, told)?;
        stall(&format!("wf_host_pressure_{resource}"), host, told)?;
    }
    Ok(())
}

/// "Waiting" is some, "stalled" is all: the words that node_exporter has for them.
fn stall(base: &str, stall: &Reading<Stall>, told: &mut Told<'_>) -> Result {
    told.gauge(
        &[base, "_waiting_ratio"].concat(),
        "Share of the last 10 seconds in which some task waited for it.",
        stall,
        |stall| share(&stall.some),
    )?;
    told.counter(
        &[base, "_waiting_seconds"].concat(),
        "Time in which some task waited for it.",
        stall,
        |stall| seconds(&stall.some_time),
    )?;
    let full = stall
        .value()
        .and_then(|stall| stall.full.zip(stall.full_time));
    let Some((ratio, time)) = full else {
        return Ok(());
    };
    told.gauge(
        &[base, "_stalled_ratio"].concat(),
        "Share of the last 10 seconds in which all tasks waited for it.",
        stall,
        |_| share(&ratio),
    )?;
    told.counter(
        &[base, "_stalled_seconds"].concat(),
        "Time in which all tasks waited for it.",
        stall,
        |_| seconds(&time),
    )
}
