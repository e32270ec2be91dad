//! The columns of `nvidia-smi dmon -s pucvmet`, in its order.

use wf_sense::Reading;
use wf_sense::gpu::{Gpu, ThrottleReason};

/// The names of the columns, and their units.
pub(crate) fn heading() -> String {
    format!("# gpu{}\n# Idx{}", spread(NAMES), spread(UNITS))
}

/// `gpu` in these columns; what is a difference there is one to `before` here.
pub(crate) fn line(gpu: &Gpu, before: &Gpu) -> String {
    let first = format!("{:>5}", gpu.info.index);
    cells(gpu, before)
        .into_iter()
        .fold(first, |line, cell| match cell {
            Some(number) => format!("{line}{number:>7.0}"),
            None => format!("{line}{:>7}", "-"),
        })
}

fn spread(columns: &str) -> String {
    let columns = columns.split(' ').map(|column| format!("{column:>7}"));
    columns.collect()
}

fn cells(gpu: &Gpu, before: &Gpu) -> [Option<f64>; 21] {
    let throttled = |reason| {
        let (now, before) = (
            gpu.throttle_times.of(reason),
            before.throttle_times.of(reason),
        );
        rise(now, before, |time| time.as_secs())
    };
    let received = rise(&gpu.pcie_received, &before.pcie_received, |sum| {
        count(&sum.get())
    });
    let sent = rise(&gpu.pcie_transmitted, &before.pcie_transmitted, |sum| {
        count(&sum.get())
    });
    [
        cell(&gpu.power, |power| power.get()),
        cell(&gpu.temperature, |degrees| degrees.get()),
        cell(&gpu.memory_temperature, |degrees| degrees.get()),
        cell(&gpu.utilization, |share| share.as_percent()),
        cell(&gpu.memory_copy_utilization, |share| share.as_percent()),
        cell(&gpu.encoder_utilization, |share| share.as_percent()),
        cell(&gpu.decoder_utilization, |share| share.as_percent()),
        cell(&gpu.jpeg_utilization, |share| share.as_percent()),
        cell(&gpu.ofa_utilization, |share| share.as_percent()),
        cell(&gpu.memory_clock, |clock| clock.as_megahertz()),
        cell(&gpu.sm_clock, |clock| clock.as_megahertz()),
        throttled(ThrottleReason::SwPowerCap).map(|share| share * 100.0),
        throttled(ThrottleReason::Thermal).map(|share| f64::from(share > 0.0)),
        cell(&gpu.memory, |memory| memory.used.as_mebibytes()),
        cell(&gpu.bar1_memory_used, |used| used.as_mebibytes()),
        cell(&gpu.protected_memory_used, |used| used.as_mebibytes()),
        cell(&gpu.ecc_corrected, count),
        cell(&gpu.ecc_uncorrected, count),
        cell(&gpu.pcie_replays, count),
        received
            .or(cell(&gpu.pcie_received_rate, |rate| rate.get()))
            .map(|rate| rate / 1e6),
        sent.or(cell(&gpu.pcie_transmitted_rate, |rate| rate.get()))
            .map(|rate| rate / 1e6),
    ]
}

fn cell<T>(reading: &Reading<T>, number: impl Fn(&T) -> f64) -> Option<f64> {
    reading.value().map(number)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "what is printed has fewer digits"
)]
fn count(number: &u64) -> f64 {
    *number as f64
}

/// Returns the rise of a total in a second; `None` without two readings.
fn rise<T>(now: &Reading<T>, before: &Reading<T>, number: impl Fn(&T) -> f64) -> Option<f64> {
    match (now, before) {
        (
            Reading::Present { value, at },
            Reading::Present {
                value: earlier,
                at: then,
            },
        ) => {
            let rise = (number(value) - number(earlier)) / at.since(*then).as_secs();
            rise.is_finite().then_some(rise)
        }
        _ => None,
    }
}

const NAMES: &str = "pwr gtemp mtemp sm mem enc dec jpg ofa mclk pclk pviol tviol fb bar1 ccpm sbecc dbecc pci rxpci txpci";
const UNITS: &str = "W C C % % % % % % MHz MHz % bool MB MB MB errs errs errs MB/s MB/s";

#[cfg(test)]
mod tests {
    use wf_instrument::{Bytes, Nanos, Watts};

    use super::*;

    fn at<T>(seconds: u64, value: T) -> Reading<T> {
        let at = Nanos::from_secs(seconds);
        Reading::Present { value, at }
    }

    #[test]
    fn a_value_stands_under_its_name_and_a_dash_for_the_rest() {
        let (mut before, mut gpu) = (Gpu::default(), Gpu::default());
        before.pcie_received = at(1, Bytes::new(1_000_000));
        gpu.power = at(3, Watts::from_milliwatts(69_500));
        gpu.pcie_received = at(3, Bytes::new(15_000_000));
        let (heading, line) = (heading(), line(&gpu, &before));
        let under = |name: &str| {
            let end = heading.find(name).expect("there is such a column") + name.len();
            line[..end].rsplit(' ').next().map(str::to_owned)
        };
        assert_eq!(under("pwr").as_deref(), Some("70"));
        assert_eq!(under("gtemp").as_deref(), Some("-"));
        assert_eq!(under("rxpci").as_deref(), Some("7"));
        assert_eq!(under("txpci").as_deref(), Some("-"));
        assert_eq!(line.len(), heading.lines().next().map_or(0, str::len));
        assert_eq!(line.len(), heading.lines().last().map_or(0, str::len));
    }
}
