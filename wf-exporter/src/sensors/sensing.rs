//! The sensors themselves: which of them see, why the others do not, and what looking costs.

use wf_instrument::Nanos;
use wf_sense::{Reading, Readings};

use super::gpu::Labels;
use super::told::{OLDEST, Told, count, seconds};
use crate::family::Family;

pub(super) fn tell(readings: &Readings, told: &mut Told<'_>) {
    cost(readings, told);
    alarms(readings, told);
    let sensors = Sensor::all(readings);
    told.add(up(&sensors, told.now()));
    told.add(reasons(&sensors, told.now()))
}

fn cost(readings: &Readings, told: &mut Told<'_>) {
    told.gauge(
        "wf_sensor_pass_seconds",
        "Time that the last pass over all sensors took.",
        &readings.sensing.pass,
        seconds,
    );
    told.gauge(
        "wf_sensor_guard_seconds",
        "Time that the last guard read took: resident memory, pressure and little else.",
        &readings.sensing.fast_pass,
        seconds,
    )
}

fn alarms(readings: &Readings, told: &mut Told<'_>) {
    let family = Family::counter(
        "wf_sensor_alarms",
        "Alarms that the kernel raised because tasks were stalled.",
    );
    told.family(family, &readings.sensing.alarms, |family, alarms| {
        let kinds = [
            ("memory", "some", alarms.memory_some),
            ("memory", "full", alarms.memory_full),
            ("io", "full", alarms.io_full),
        ];
        let watched = kinds.iter().filter_map(|(resource, kind, count)| {
            Some(([("resource", *resource), ("kind", *kind)], (*count)?))
        });
        watched.fold(family, |family, (labels, number)| {
            family.sample(&labels, count(&number))
        })
    })
}

/// A sensor: its name, of which GPU if of one, and how it is.
struct Sensor {
    name: &'static str,
    gpu: Option<Labels>,
    state: Reading<()>,
}

impl Sensor {
    fn all(readings: &Readings) -> Vec<Self> {
        let sensor = |(name, state)| Self {
            name,
            gpu: None,
            state,
        };
        let mut all: Vec<Self> = readings.sensors().into_iter().map(sensor).collect();
        let gpus = readings.gpus.devices.value();
        let gpus = gpus.into_iter().flat_map(|gpus| gpus.iter());
        for (place, gpu) in gpus.enumerate() {
            all.extend(gpu.sensors().into_iter().map(|(name, state)| Self {
                name,
                gpu: Some(Labels::of(&gpu.info, place)),
                state,
            }));
        }
        all
    }

    fn labels<'a>(&'a self, more: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
        let mut labels = vec![("sensor", self.name)];
        labels.extend_from_slice(more);
        match &self.gpu {
            Some(gpu) => gpu.and(&labels),
            None => labels,
        }
    }

    fn is_up(&self, now: Nanos) -> bool {
        self.state.fresh(now, OLDEST).is_some()
    }
}

fn up(sensors: &[Sensor], now: Nanos) -> Family {
    let family = Family::gauge(
        "wf_sensor_up",
        "Whether a sensor has a reading that is not older than 30 seconds; 0 also for what the machine has not.",
    );
    sensors.iter().fold(family, |family, sensor| {
        family.sample(&sensor.labels(&[]), f64::from(sensor.is_up(now)))
    })
}

/// Apart from `wf_sensor_up`, whose series stay the same whatever the reason is.
fn reasons(sensors: &[Sensor], now: Nanos) -> Family {
    let family = Family::gauge(
        "wf_sensor_reason",
        "Always 1; why a sensor is not up: the machine has no such thing, or it could not be read.",
    );
    let down = sensors.iter().filter(|sensor| !sensor.is_up(now));
    down.fold(family, |family, sensor| {
        let (state, reason) = match &sensor.state {
            Reading::Absent(reason) => ("absent", &**reason),
            Reading::Unknown(reason) => ("unknown", &**reason),
            Reading::Present { .. } => ("unknown", "older than 30 seconds"),
        };
        let labels = sensor.labels(&[("state", state), ("reason", reason)]);
        family.sample(&labels, 1.0)
    })
}
