//! GPUs among the other sensors.

use std::thread;
use std::time::{Duration, Instant};

use wf_sense::gpu::{Gpus, without_partitioned};
use wf_sense::{Readings, Sensors};

use crate::stub::{GPU_IS_LOST, Stub};

#[test]
fn a_gpu_is_present_as_soon_as_the_first_pass_has_ended() {
    let stub = Stub::new();
    let sensors = Sensors::new().gpus(stub.gpus());
    let readings = sensors.settle(Duration::from_secs(60)).read();
    assert!(readings.gpus.devices.value().is_some());
    // Nothing ever comes of this one, and nobody waits for it.
    let mut broken = Gpus::with_library(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    broken.settle(Duration::from_secs(1_000_000));
    assert!(broken.read().reason().is_some());
}

#[test]
fn a_gpu_that_is_lost_makes_it_unknown_how_busy_the_busiest_is() {
    let stub = Stub::new();
    stub.value("devices", 2);
    stub.code_of("nvmlDeviceGetUtilizationRates", 1, GPU_IS_LOST);
    let sensors = Sensors::new().gpus(stub.gpus());
    let gpus = sensors.settle(Duration::from_secs(60)).read().gpus;
    assert_eq!(gpus.devices.value().map(|gpus| gpus.len()), Some(2));
    assert!(gpus.busiest_utilization.value().is_none() && !gpus.busiest_utilization.is_absent());
}

#[test]
fn a_machine_without_the_library_may_have_a_gpu_of_another_make() {
    let nowhere = Gpus::with_library("/nowhere/libnvidia-ml.so.1");
    let mut sensors = Sensors::new().gpus(nowhere).settle(Duration::from_secs(60));
    let live = sensors.read().gpus.busiest_utilization;
    // This machine's own files decide.
    let reason = live.reason().unwrap();
    assert!(reason != "not read", "{reason}");
}

#[test]
fn gpus_are_among_the_sensors() {
    let stub = Stub::new();
    stub.value("devices", 2);
    let mut sensors = Sensors::new().gpus(stub.gpus());
    let readings = until(&mut sensors, |readings| {
        readings.gpus.busiest_utilization.value().is_some()
    });
    assert_eq!(
        readings.gpus.devices.value().map(|gpus| gpus.len()),
        Some(2)
    );
    let share = readings
        .gpus
        .busiest_utilization
        .value()
        .map(|share| share.get());
    assert_eq!(share, Some(0.37));
    assert!(readings.gpus.busiest_memory_utilization.value().is_some());
    let states = readings.gpus.devices.value().unwrap()[0].sensors();
    assert!(states.len() > 25, "{states:?}");
}

#[test]
fn a_driver_that_hangs_makes_its_own_readings_unknown_and_no_other() {
    let stub = Stub::new();
    let gpus = stub.gpus().with_deadline(Duration::from_millis(300));
    let mut sensors = Sensors::new().gpus(gpus);
    until(&mut sensors, |readings| {
        readings.gpus.busiest_utilization.value().is_some()
    });
    stub.hang("nvmlDeviceGetPowerUsage", true);
    let hung = until(&mut sensors, |readings| {
        assert!(readings.memory.resident.value().is_some());
        readings.gpus.busiest_utilization.value().is_none()
    });
    assert_eq!(
        hung.gpus.busiest_utilization.reason(),
        Some("the driver does not answer")
    );
    assert_eq!(
        hung.gpus.busiest_memory_utilization.reason(),
        Some("the driver does not answer")
    );
    assert!(!hung.gpus.devices.is_absent());
    stub.hang("nvmlDeviceGetPowerUsage", false);
    until(&mut sensors, |readings| {
        readings.gpus.busiest_utilization.value().is_some()
    });
}

#[test]
fn an_instance_is_not_counted_beside_its_gpu() {
    let memories = |readings: &Readings| -> Vec<_> {
        let devices = readings.gpus.devices.value().unwrap();
        let totals = without_partitioned(devices).filter_map(|gpu| Some(gpu.memory.value()?.total));
        totals.collect()
    };
    let stub = Stub::new();
    let mut sensors = Sensors::new().gpus(stub.gpus());
    let whole = until(&mut sensors, |readings| {
        readings.gpus.devices.value().is_some()
    });
    let gpu = whole.gpus.devices.value().unwrap()[0].memory.clone();
    assert_eq!(memories(&whole), [gpu.value().unwrap().total]);

    let stub = Stub::new();
    stub.value("mig", 1);
    let mut sensors = Sensors::new().gpus(stub.gpus());
    let parts = until(&mut sensors, |readings| {
        readings.gpus.devices.value().is_some()
    });
    let devices = parts.gpus.devices.value().unwrap();
    let instances = devices.iter().filter(|gpu| gpu.info.mig.is_some());
    let totals = instances.filter_map(|gpu| Some(gpu.memory.value()?.total));
    let totals: Vec<_> = totals.collect();
    assert!(!totals.is_empty());
    assert_eq!(memories(&parts), totals);
}

/// Passes until one is as it should be; a minute is long enough for the slowest machine.
fn until(sensors: &mut Sensors, mut wanted: impl FnMut(&Readings) -> bool) -> Readings {
    let began = Instant::now();
    loop {
        let readings = sensors.read();
        if wanted(&readings) {
            return readings;
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            readings.gpus
        );
        thread::sleep(Duration::from_millis(5));
    }
}
