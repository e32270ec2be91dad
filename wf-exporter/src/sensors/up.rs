//! Sensors that are up, and the reasons why the others are not.

use wf_instrument::Nanos;
use wf_sense::{Entry, Reading};

use super::labels::DeviceLabels;
use super::reading_writer::OLDEST;
use crate::descriptor::{Descriptor, LabelKey, Source};
use crate::family::Family;

/// The state of one sensor, and the device that it is of.
pub(super) struct SensorState<'a> {
    name: &'static str,
    device: &'a DeviceLabels,
    state: Reading<()>,
}

impl<'a> SensorState<'a> {
    pub(super) fn of(entry: &Entry<'_>, device: &'a DeviceLabels) -> Self {
        Self {
            name: entry.row().sensor,
            device,
            state: entry.state(),
        }
    }

    fn labels<'b>(&'b self, more: &[(&'static str, &'b str)]) -> Vec<(&'b str, &'b str)> {
        let own = [("sensor", self.name)];
        self.device.and(own.into_iter().chain(more.iter().copied()))
    }

    fn is_up(&self, now: Nanos) -> bool {
        self.state.fresh(now, OLDEST).is_some()
    }
}

pub(super) fn up(sensors: &[SensorState<'_>], now: Nanos) -> Family {
    sensors.iter().fold(Family::of(&UP), |family, sensor| {
        family.sample(&sensor.labels(&[]), f64::from(sensor.is_up(now)))
    })
}

/// Apart from `wf_sensor_up`, whose series stay the same whatever the reason is.
pub(super) fn reasons(sensors: &[SensorState<'_>], now: Nanos) -> Family {
    let down = sensors.iter().filter(|sensor| !sensor.is_up(now));
    down.fold(Family::of(&REASON), |family, sensor| {
        let (state, reason) = match &sensor.state {
            Reading::Absent(reason) => ("absent", &**reason),
            Reading::Unknown(reason) => ("unknown", &**reason),
            Reading::Present { .. } => ("unknown", "older than 30 seconds"),
        };
        let labels = sensor.labels(&[("state", state), ("reason", reason)]);
        family.sample(&labels, 1.0)
    })
}

pub(super) static UP: Descriptor = Descriptor::gauge(
    Source::Machine,
    "wf_sensor_up",
    "1 if the sensor has a reading of the last 30 seconds; 0 also if absent.",
)
.labels(&SENSOR);

pub(super) static REASON: Descriptor = Descriptor::gauge(
    Source::Machine,
    "wf_sensor_reason",
    "Always 1; state and reason say why the sensor is not up: absent, or it could not be read.",
)
.labels(&[
    SENSOR[0],
    SENSOR[1],
    SENSOR[2],
    SENSOR[3],
    SENSOR[4],
    LabelKey::one_of("state", &["absent", "unknown"]),
    LabelKey::any("reason"),
]);

/// Those of a GPU are on its sensors only.
const SENSOR: [LabelKey; 5] = [
    LabelKey::any("sensor"),
    LabelKey::any("gpu"),
    LabelKey::any("uuid"),
    LabelKey::any("gpu_instance_id"),
    LabelKey::any("mig_profile"),
];
