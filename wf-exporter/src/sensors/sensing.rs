//! The sensors themselves: which of them see, why the others do not, and what looking costs.

use wf_instrument::Nanos;
use wf_instrument::sensor::{Reading, Readings};

use super::told::{OLDEST, Result, Told, count, seconds};
use crate::families::Family;

pub(super) fn tell(readings: &Readings, told: &mut Told<'_>) -> Result {
    cost(readings, told)?;
    alarms(readings, told)?;
    let sensors = readings.sensors();
    told.add(up(&sensors, told.now()))?;
    told.add(reasons(&sensors, told.now()))
}

fn cost(readings: &Readings, told: &mut Told<'_>) -> Result {
    told.gauge(
        "wf_sensor_pass_seconds",
        "Time that the last pass over all sensors took.",
        &readings.sensing.pass,
        seconds,
    )?;
    told.gauge(
        "wf_sensor_guard_seconds",
        "Time that the last read of what may not wait took.",
        &readings.sensing.guard,
        seconds,
    )
}

fn alarms(readings: &Readings, told: &mut Told<'_>) -> Result {
    let family = Family::counter(
        "wf_sensor_alarms",
        "Alarms that the kernel raised because tasks were stalled.",
    );
    told.family(family, &readings.sensing.alarms, |family, alarms| {
        family
            .sample(
                &[("resource", "memory"), ("kind", "some")],
                count(&alarms.memory_some),
            )
            .sample(
                &[("resource", "memory"), ("kind", "full")],
                count(&alarms.memory_full),
            )
            .sample(
                &[("resource", "io"), ("kind", "full")],
                count(&alarms.io_full),
            )
    })
}

/// A sensor, and how it is.
type Sensor = (&'static str, Reading<()>);

fn up(sensors: &[Sensor], now: Nanos) -> Family {
    let family = Family::gauge(
        "wf_sensor_up",
        "Whether a sensor has a reading that is not older than 30 seconds.",
    );
    sensors.iter().fold(family, |family, (sensor, state)| {
        let up = state.fresh(now, OLDEST).is_some();
        family.sample(&[("sensor", sensor)], f64::from(up))
    })
}

/// Apart from `wf_sensor_up`, whose series stay the same whatever the reason is.
fn reasons(sensors: &[Sensor], now: Nanos) -> Family {
    let family = Family::gauge(
        "wf_sensor_reason",
        "Always 1; why a sensor is not up: the machine has no such thing, or it could not be read.",
    );
    let down = sensors
        .iter()
        .filter(|(_, state)| state.fresh(now, OLDEST).is_none());
    down.fold(family, |family, (sensor, state)| {
        let (state, reason) = match state {
            Reading::Absent(reason) => ("absent", &**reason),
            Reading::Unknown(reason) => ("unknown", &**reason),
            Reading::Present { .. } => ("unknown", "older than 30 seconds"),
        };
        let labels = [("sensor", *sensor), ("state", state), ("reason", reason)];
        family.sample(&labels, 1.0)
    })
}
