//! What the sensors read, as families.

use std::collections::BTreeMap;

use wf_instrument::sensor::{Reading, Readings};
use wf_instrument::{Bytes, Nanos, Ratio, clock};

use crate::bounds::to_f64;
use crate::families::{Families, Family, FamilyError};

/// A collector over what the sensors read.
///
/// A reading that is absent, unknown or older than 30 seconds has no series, and `wf_sensor_up` of that sensor is 0: never a zero or
/// an old value that looks like a measurement.
///
/// ```
/// use wf_exporter::{Exporter, sensors};
/// use wf_instrument::sensor::Readings;
///
/// let exporter = Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .collector(sensors(Readings::default))
///     .start()?;
/// # Ok::<(), wf_exporter::StartError>(())
/// ```
pub fn sensors(
    mut readings: impl FnMut() -> Readings + Send + 'static,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| collect(&readings(), clock::now(), families)
}

fn collect(readings: &Readings, now: Nanos, families: &mut Families) -> Result<(), FamilyError> {
    let mut sensors = Sensors {
        now,
        families,
        up: BTreeMap::new(),
    };
    sensors.processor(readings)?;
    sensors.memory(readings)?;
    sensors.waiting(readings)?;
    sensors.gpu(readings)?;
    sensors.up()
}

struct Sensors<'a> {
    now: Nanos,
    families: &'a mut Families,
    up: BTreeMap<&'static str, bool>,
}

type Told = Result<(), FamilyError>;

impl Sensors<'_> {
    fn processor(&mut self, readings: &Readings) -> Told {
        self.gauge(
            "cores",
            &readings.cpu.cores,
            "wf_cpu_limit_cores",
            "Processors that this process may use.",
            &[],
            |n| *n,
        )?;
        self.gauge(
            "process_cpu",
            &readings.cpu.process,
            "wf_cpu_utilization_ratio",
            "Share of the processors that this process may use which it uses.",
            &[],
            share,
        )?;
        self.gauge(
            "host_cpu",
            &readings.cpu.host,
            "wf_host_cpu_utilization_ratio",
            "Share of all processors of the host by what they do.",
            &[("mode", "busy")],
            share,
        )
    }

    fn memory(&mut self, readings: &Readings) -> Told {
        self.gauge(
            "resident",
            &readings.memory.resident,
            "process_resident_memory_bytes",
            "Resident memory size in bytes.",
            &[],
            bytes,
        )?;
        self.gauge(
            "memory_limit",
            &readings.memory.limit,
            "wf_memory_limit_bytes",
            "Memory that this process may use.",
            &[],
            bytes,
        )?;
        self.gauge(
            "memory",
            &readings.memory.used,
            "wf_memory_utilization_ratio",
            "Used share of the memory that this process may use.",
            &[],
            share,
        )
    }

    fn waiting(&mut self, readings: &Readings) -> Told {
        self.gauge(
            "cpu_pressure",
            &readings.pressure.cpu,
            "wf_pressure_cpu_waiting_ratio",
            "Share of the last 10 seconds in which some task waited for a processor.",
            &[],
            share,
        )?;
        self.gauge(
            "memory_pressure",
            &readings.pressure.memory,
            "wf_pressure_memory_waiting_ratio",
            "Share of the last 10 seconds in which some task waited for memory.",
            &[],
            share,
        )?;
        self.gauge(
            "disk_wait",
            &readings.storage.wait,
            "wf_disk_wait_seconds",
            "Mean time that an I/O request waits for its device.",
            &[],
            |wait| wait.as_secs(),
        )
    }

    /// Of one device, the busiest: the names of series that tell every device by a `gpu` label stay free.
    fn gpu(&mut self, readings: &Readings) -> Told {
        self.gauge(
            "gpu",
            &readings.gpus.used,
            "wf_gpu_busiest_utilization_ratio",
            "Busy share of the busiest GPU.",
            &[],
            share,
        )?;
        self.gauge(
            "gpu_memory",
            &readings.gpus.memory,
            "wf_gpu_busiest_memory_utilization_ratio",
            "Used share of the memory of the busiest GPU.",
            &[],
            share,
        )
    }

    fn up(self) -> Told {
        let family = Family::gauge(
            "wf_sensor_up",
            "Whether a sensor has a reading that is not older than 30 seconds.",
        );
        let family = self.up.iter().fold(family, |family, (sensor, up)| {
            family.sample(&[("sensor", sensor)], f64::from(*up))
        });
        self.families.add(family)
    }

    fn gauge<T>(
        &mut self,
        sensor: &'static str,
        reading: &Reading<T>,
        name: &'static str,
        help: &'static str,
        labels: &[(&str, &str)],
        number: impl Fn(&T) -> f64,
    ) -> Told {
        let value = reading.fresh(self.now, OLDEST);
        self.up.insert(sensor, value.is_some());
        match value {
            Some(value) => self
                .families
                .add(Family::gauge(name, help).sample(labels, number(value))),
            None => Ok(()),
        }
    }
}

/// Past two scrape intervals of 15 s, Prometheus' usual one, a value is history.
const OLDEST: Nanos = Nanos::from_secs(30);

fn share(ratio: &Ratio) -> f64 {
    ratio.get()
}

fn bytes(bytes: &Bytes) -> f64 {
    to_f64(bytes.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::encode;

    const AT: Nanos = Nanos::from_secs(100);

    fn page(readings: &Readings, now: Nanos) -> String {
        let mut families = Families::default();
        collect(readings, now, &mut families).unwrap();
        encode(&families, 0)
    }

    fn read<T>(value: T) -> Reading<T> {
        Reading::Present { value, at: AT }
    }

    fn some() -> Readings {
        let mut readings = Readings {
            at: AT,
            ..Readings::default()
        };
        readings.cpu.host = read(Ratio::new(0.25).unwrap());
        readings.memory.resident = read(Bytes::new(1 << 20));
        readings.gpus.used = Reading::Absent("no NVML".into());
        readings
    }

    #[test]
    fn what_was_read_is_told_in_base_units() {
        let page = page(&some(), AT);
        for line in [
            "wf_host_cpu_utilization_ratio{mode=\"busy\"} 0.25\n",
            "process_resident_memory_bytes 1048576\n",
            "wf_sensor_up{sensor=\"host_cpu\"} 1\n",
        ] {
            assert!(page.contains(line), "{line} in {page}");
        }
    }

    #[test]
    fn what_is_absent_or_unknown_has_no_series_and_is_not_up() {
        let page = page(&some(), AT);
        assert!(
            !page.contains("wf_gpu") && !page.contains("wf_pressure"),
            "{page}"
        );
        assert!(page.contains("wf_sensor_up{sensor=\"gpu\"} 0\n"), "{page}");
        assert!(
            page.contains("wf_sensor_up{sensor=\"cpu_pressure\"} 0\n"),
            "{page}"
        );
    }

    #[test]
    fn an_old_reading_is_not_passed_off_as_the_present() {
        let later = AT.plus(OLDEST).plus(Nanos::new(1));
        let page = page(&some(), later);
        assert!(!page.contains("process_resident_memory_bytes"), "{page}");
        assert!(
            page.contains("wf_sensor_up{sensor=\"resident\"} 0\n"),
            "{page}"
        );
    }
}
