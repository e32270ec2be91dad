//! What the sensors read, as families.

mod cpu;
mod gpu;
mod memory;
mod pressure;
mod process;
mod runtime;
mod sensing;
mod storage;
mod told;

use wf_instrument::{Nanos, clock};
use wf_sense::{Readings, Watch};

use self::told::Told;
use crate::families::Families;
use crate::family::FamilyError;

/// A collector over what the sensors read.
///
/// A reading that is absent, unknown or older than 30 seconds has no series, never a zero or an old value that looks like a measurement.
/// `wf_sensor_up` of that sensor is 0 then, and `wf_sensor_reason` says why: `absent` is what the machine has not, and `unknown` what could
/// not be read, so `wf_sensor_reason{state="unknown"}` is what to alert on.
///
/// At most 125 series and one more for each sensor that is not up, and 86 for each GPU.
///
/// ```
/// use wf_exporter::{Exporter, sensors};
/// use wf_sense::{Sensors, Watch};
///
/// let watch = Watch::start(Sensors::new())?;
/// let exporter = Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .collector(sensors(watch))
///     .start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sensors(
    watch: Watch,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    sensors_from(move || watch.readings())
}

/// As [`sensors`], over readings from elsewhere: a replay, or a pass that other code makes anyway.
///
/// ```
/// use wf_exporter::{Exporter, sensors_from};
/// use wf_sense::Sensors;
///
/// let mut machine = Sensors::new();
/// let exporter = Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .collector(sensors_from(move || machine.read()))
///     .start()?;
/// # Ok::<(), wf_exporter::StartError>(())
/// ```
pub fn sensors_from(
    mut readings: impl FnMut() -> Readings + Send + 'static,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| collect(&readings(), clock::now(), families)
}

pub(crate) fn collect(
    readings: &Readings,
    now: Nanos,
    families: &mut Families,
) -> Result<(), FamilyError> {
    let mut told = Told::new(now, families);
    cpu::tell(&readings.cpu, &mut told);
    memory::tell(&readings.memory, &mut told);
    pressure::tell(&readings.pressure, &mut told);
    storage::tell(&readings.storage, &mut told);
    process::tell(&readings.process, &mut told);
    gpu::tell(&readings.gpus, &mut told);
    runtime::tell(&readings.runtime, &mut told);
    sensing::tell(readings, &mut told);
    told.end()
}

#[cfg(test)]
mod tests {
    use wf_instrument::{Bytes, Ratio};
    use wf_sense::Reading;

    use super::told::OLDEST;
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
