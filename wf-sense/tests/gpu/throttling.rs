//! Reasons that slow a GPU down, and their duration.

use wf_instrument::{Nanos, clock};
use wf_sense::gpu::{Gpu, ThrottleReason};

use crate::stub::{INVALID_ARGUMENT, NOT_SUPPORTED, Stub, next_pass, present};

const SW_POWER_CAP: u64 = 0x4;
const HW_SLOWDOWN: u64 = 0x8;

#[test]
fn the_reasons_that_hold_are_those_whose_bits_are_set() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    let mut held = |bits| -> Vec<ThrottleReason> {
        stub.value("reasons", bits);
        present(&mut gpus);
        let gpu = &next_pass(&mut gpus)[0];
        gpu.throttled.value().unwrap().iter().collect()
    };
    for (bit, reason) in [
        (0x2, ThrottleReason::AppClocks),
        (SW_POWER_CAP, ThrottleReason::SwPowerCap),
        (HW_SLOWDOWN, ThrottleReason::HwSlowdown),
        (0x10, ThrottleReason::SyncBoost),
        (0x20, ThrottleReason::SwThermal),
        (0x40, ThrottleReason::HwThermal),
        (0x80, ThrottleReason::HwPowerBrake),
        (0x100, ThrottleReason::DisplayClocks),
    ] {
        assert_eq!(held(bit), [reason]);
    }
    // Idle is no throttling, and nobody knows the highest bit yet.
    assert_eq!(held(0x1 | 1 << 63), []);
    let two = [ThrottleReason::SwPowerCap, ThrottleReason::HwSlowdown];
    assert_eq!(held(SW_POWER_CAP | HW_SLOWDOWN), two);
}

#[test]
fn totals_that_the_driver_counts_are_used() {
    let stub = Stub::new();
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(time(gpu, ThrottleReason::SwPowerCap), Some(1_000_000_001));
    assert_eq!(time(gpu, ThrottleReason::Thermal), Some(2_000_000_002));
    assert_eq!(time(gpu, ThrottleReason::SyncBoost), Some(3_000_000_003));
    assert_eq!(time(gpu, ThrottleReason::BoardLimit), Some(4_000_000_004));
    assert_eq!(time(gpu, ThrottleReason::Reliability), Some(6_000_000_006));
    assert_eq!(time(gpu, ThrottleReason::SwThermal), Some(251_000_003));
    assert_eq!(time(gpu, ThrottleReason::HwThermal), Some(252_000_003));
    assert_eq!(time(gpu, ThrottleReason::HwPowerBrake), Some(253_000_003));
    assert_eq!(time(gpu, ThrottleReason::HwSlowdown), Some(0));
}

#[test]
fn a_newer_driver_is_read_by_its_own_field_numbers() {
    let stub = Stub::new();
    stub.text("nvmlSystemGetDriverVersion", b"580.95.05");
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(time(gpu, ThrottleReason::SwThermal), Some(269_000_003));
}

#[test]
fn a_field_is_used_where_there_is_no_function() {
    let stub = Stub::new();
    stub.code("nvmlDeviceGetViolationStatus", NOT_SUPPORTED);
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(time(gpu, ThrottleReason::SwPowerCap), Some(74_000_003));
}

#[test]
fn where_it_counts_nothing_the_time_between_passes_is_counted() {
    let stub = Stub::new();
    stub.code("nvmlDeviceGetViolationStatus", NOT_SUPPORTED);
    for field in [74, 75, 76, 77, 79, 251, 252, 253] {
        stub.code(&format!("field.{field}"), INVALID_ARGUMENT);
    }
    stub.value("reasons", SW_POWER_CAP | HW_SLOWDOWN);
    let begun = clock::now();
    let mut gpus = stub.gpus();
    assert_eq!(
        time(&present(&mut gpus)[0], ThrottleReason::SyncBoost),
        Some(0)
    );
    next_pass(&mut gpus);
    let gpu = &next_pass(&mut gpus)[0];
    let mut counted = time(gpu, ThrottleReason::SwPowerCap).map(Nanos::new);
    for _ in 0..5 {
        let gpu = &next_pass(&mut gpus)[0];
        let more = time(gpu, ThrottleReason::SwPowerCap).map(Nanos::new);
        assert!(more > counted);
        counted = more;
    }
    let gpu = &next_pass(&mut gpus)[0];
    let counted = time(gpu, ThrottleReason::SwPowerCap).map(Nanos::new);
    assert!(counted.is_some_and(|time| time > Nanos::ZERO && time < clock::now().since(begun)));
    assert_eq!(
        time(gpu, ThrottleReason::HwSlowdown),
        counted.map(Nanos::get)
    );
    assert_eq!(time(gpu, ThrottleReason::SwThermal), Some(0));
    // The driver does not say when these hold.
    assert!(gpu.throttle_times.of(ThrottleReason::Thermal).is_absent());

    stub.value("reasons", 0);
    let stopped = time(&next_pass(&mut gpus)[0], ThrottleReason::HwSlowdown);
    let later = time(&next_pass(&mut gpus)[0], ThrottleReason::HwSlowdown);
    assert_eq!(stopped, later);
    assert!(stopped >= counted.map(Nanos::get));
}

#[test]
fn a_total_does_not_change_its_source_while_the_driver_fails() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    present(&mut gpus);
    stub.value("reasons", SW_POWER_CAP);
    stub.code("nvmlDeviceGetViolationStatus", 10);
    let gpu = &next_pass(&mut gpus)[0];
    assert_eq!(time(gpu, ThrottleReason::SwPowerCap), None);
    stub.code("nvmlDeviceGetViolationStatus", NOT_SUPPORTED);
    stub.code("field.74", INVALID_ARGUMENT);
    let gpu = &next_pass(&mut gpus)[0];
    assert_eq!(time(gpu, ThrottleReason::SwPowerCap), None);
    stub.code("nvmlDeviceGetViolationStatus", 0);
    let gpu = &next_pass(&mut gpus)[0];
    assert_eq!(time(gpu, ThrottleReason::SwPowerCap), Some(1_000_000_001));
}

fn time(gpu: &Gpu, reason: ThrottleReason) -> Option<u64> {
    let time = gpu.throttle_times.of(reason).value();
    time.copied().map(Nanos::get)
}
