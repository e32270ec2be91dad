//! The readings of wf-sense on the endpoint.

mod labels;
mod reading_writer;
mod table;
mod up;

use wf_instrument::{Nanos, clock};
use wf_sense::{Entry, Readings, Watch};

use self::labels::DeviceLabels;
use self::reading_writer::ReadingWriter;
use self::table::TABLE;
use self::up::SensorState;
use crate::descriptor::Descriptor;
use crate::families::Families;
use crate::family::FamilyError;

/// A collector of the readings of the machine: the families of
/// [`Source::Machine`](crate::catalog::Source::Machine) and
/// [`Source::Gpus`](crate::catalog::Source::Gpus).
///
/// A reading that is absent, unknown or older than 30 seconds has no series, never a zero or an old
/// value that looks like a measurement. `wf_sensor_up` of that sensor is 0 then, and
/// `wf_sensor_reason` says why: `absent` if the machine has no such thing, `unknown` if it could
/// not be read. So alert on `wf_sensor_reason{state="unknown"}`.
///
/// A family has at most the series that the values of its labels in the
/// [catalogue](crate::catalog) make, those of GPUs for each GPU. `wf_sensor_up` has one for each
/// sensor, and `wf_sensor_reason` one for each sensor that is not up.
///
/// The collector keeps the watch running for as long as the exporter runs.
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

/// As [`sensors`], with readings that other code of this process makes. Their times must be on this
/// process's clock, by which their age is judged.
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

/// The rows of the catalogue that are filled here.
pub(crate) fn rows() -> impl Iterator<Item = &'static Descriptor> {
    let extra = [&labels::INFO, &up::UP, &up::REASON];
    TABLE.families().iter().chain(extra)
}

pub(crate) fn collect(
    readings: &Readings,
    now: Nanos,
    families: &mut Families,
) -> Result<(), FamilyError> {
    let none = DeviceLabels::default();
    let gpus = readings.gpus.devices.value().map_or(&[][..], |gpus| gpus);
    let labels = gpus.iter().enumerate();
    let labels: Vec<_> = labels
        .map(|(place, gpu)| DeviceLabels::of(&gpu.info, place))
        .collect();
    let mut writer = ReadingWriter::new(now);
    let mut sensors = Vec::new();
    let mut write = |entries: Vec<Entry<'_>>, device| {
        sensors.extend(entries.iter().map(|entry| SensorState::of(entry, device)));
        writer.write(entries, device);
    };
    write(readings.entries(), &none);
    for (gpu, labels) in gpus.iter().zip(&labels) {
        write(gpu.entries(), labels);
    }
    for (gpu, labels) in gpus.iter().zip(&labels) {
        writer.add(labels.info(gpu));
    }
    writer.add(up::up(&sensors, writer.now()));
    writer.add(up::reasons(&sensors, writer.now()));
    writer.finish(families)
}

#[cfg(test)]
mod tests {
    use wf_instrument::{Bytes, Ratio};
    use wf_sense::Reading;

    use super::reading_writer::OLDEST;
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
        let mut readings = Readings::default();
        readings.at = AT;
        readings.cpu.host_utilization = read(Ratio::new(0.25).unwrap());
        readings.memory.resident = read(Bytes::new(1 << 20));
        readings.gpus.busiest_utilization = Reading::Absent("no NVML".into());
        readings
    }

    #[test]
    fn a_reading_is_written_in_base_units() {
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
    fn an_absent_or_unknown_reading_has_no_series_and_is_not_up() {
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
    fn an_old_reading_has_no_series_and_is_not_up() {
        let later = AT.plus(OLDEST).plus(Nanos::new(1));
        let page = page(&some(), later);
        assert!(!page.contains("process_resident_memory_bytes"), "{page}");
        assert!(
            page.contains("wf_sensor_up{sensor=\"resident\"} 0\n"),
            "{page}"
        );
    }
}
