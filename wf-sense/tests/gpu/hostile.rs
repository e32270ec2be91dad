//! Drivers that answer with anything.

use proptest::prelude::*;
use wf_instrument::Ratio;
use wf_sense::Reading;
use wf_sense::gpu::Gpu;

use crate::stub::{Stub, next_pass, present, until};

const FUNCTIONS: [&str; 42] = [
    "nvmlDeviceGetCount_v2",
    "nvmlDeviceGetHandleByIndex_v2",
    "nvmlDeviceGetName",
    "nvmlDeviceGetUUID",
    "nvmlDeviceGetPciInfo_v3",
    "nvmlDeviceGetMigMode",
    "nvmlDeviceGetMaxMigDeviceCount",
    "nvmlDeviceGetMigDeviceHandleByIndex",
    "nvmlDeviceGetDeviceHandleFromMigDeviceHandle",
    "nvmlDeviceGetGpuInstanceId",
    "nvmlDeviceGetComputeInstanceId",
    "nvmlDeviceGetUtilizationRates",
    "nvmlDeviceGetEncoderUtilization",
    "nvmlDeviceGetDecoderUtilization",
    "nvmlDeviceGetJpgUtilization",
    "nvmlDeviceGetOfaUtilization",
    "nvmlDeviceGetMemoryInfo_v2",
    "nvmlDeviceGetBAR1MemoryInfo",
    "nvmlDeviceGetConfComputeProtectedMemoryUsage",
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetEnforcedPowerLimit",
    "nvmlDeviceGetTotalEnergyConsumption",
    "nvmlDeviceGetTemperature",
    "nvmlDeviceGetClockInfo",
    "nvmlDeviceGetCurrentClocksThrottleReasons",
    "nvmlDeviceGetViolationStatus",
    "nvmlDeviceGetTotalEccErrors",
    "nvmlDeviceGetPcieThroughput",
    "nvmlDeviceGetPcieReplayCounter",
    "nvmlDeviceGetComputeRunningProcesses_v3",
    "nvmlDeviceGetGraphicsRunningProcesses_v3",
    "nvmlDeviceGetFieldValues",
    "field.82",
    "field.197",
    "field.251",
    "nvmlGpmQueryDeviceSupport",
    "nvmlGpmSampleAlloc",
    "nvmlGpmSampleGet",
    "nvmlGpmMigSampleGet",
    "nvmlGpmMetricsGet",
    "metric.2",
    "metric.5",
];

/// Numbers that a test may script, by name.
const VALUES: [&str; 11] = [
    "gpu",
    "encoder",
    "jpeg",
    "power",
    "temperature",
    "energy",
    "reasons",
    "violation.0",
    "field.82",
    "field.197",
    "metric.2",
];

#[test]
fn a_name_that_is_no_text_and_has_no_end_is_shown_as_far_as_it_goes() {
    let stub = Stub::new();
    stub.text("nvmlDeviceGetName", &[b'x'; 200]);
    stub.text("nvmlDeviceGetUUID", b"GPU-\xff\xfe");
    stub.text("nvmlDeviceGetPciInfo_v3", &[0xc3; 200]);
    stub.text("nvmlSystemGetDriverVersion", b"\xf0\x9f");
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(gpu.info.name, "x".repeat(96));
    assert_eq!(gpu.info.uuid, "GPU-\u{fffd}\u{fffd}");
    assert_eq!(gpu.info.pci_bus_id, "\u{fffd}".repeat(32));
    assert_eq!(gpu.info.driver_version, "\u{fffd}");
}

#[test]
fn numbers_that_cannot_be_are_unknown() {
    let stub = Stub::new();
    let none = u64::from(u32::MAX);
    stub.value("gpu", 101);
    stub.value("power", none);
    stub.value("temperature", none);
    stub.value("energy", u64::MAX);
    stub.value("metric.2", f64::NAN.to_bits());
    stub.value("metric.3", f64::INFINITY.to_bits());
    stub.value("metric.5", (-1.0_f64).to_bits());
    let mut gpus = stub.gpus();
    present(&mut gpus);
    let gpu = &next_pass(&mut gpus)[0];
    let why = Some("the driver gave no valid number");
    assert_eq!(gpu.utilization.reason(), why);
    assert_eq!(gpu.power.reason(), why);
    assert_eq!(gpu.temperature.reason(), why);
    assert_eq!(gpu.energy.reason(), why);
    assert_eq!(gpu.sm_active.reason(), why);
    assert_eq!(gpu.sm_occupancy.reason(), why);
    assert_eq!(gpu.tensor_active.reason(), why);
    assert!(gpu.memory_copy_utilization.value().is_some());
    assert!(gpu.dram_active.value().is_some());
}

#[test]
fn a_driver_that_counts_too_many_gpus_is_not_read_for_ever() {
    let stub = Stub::new();
    stub.value("devices", u64::from(u32::MAX));
    assert_eq!(present(&mut stub.gpus()).len(), 64);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn whatever_is_returned_nothing_panics_and_every_number_is_one(
        mig in 0..2_u64,
        codes in prop::collection::vec((0..FUNCTIONS.len(), code()), 1..20),
        values in prop::collection::vec((0..VALUES.len(), number()), 0..6),
    ) {
        let stub = Stub::new();
        stub.value("mig", mig);
        for (function, code) in &codes {
            stub.code(FUNCTIONS[*function], *code);
        }
        for (name, number) in &values {
            stub.value(VALUES[*name], *number);
        }
        let mut gpus = stub.gpus();
        let passes = 3;
        until(&mut gpus, |reading| {
            prop_sound(reading.value().map_or(&[], |gpus| gpus));
            assert_ne!(reading.reason(), Some("the GPU's reader panicked"));
            // One call in each pass, whatever becomes of the others.
            stub.calls("nvmlDeviceGetCount_v2") + stub.calls("nvmlDeviceGetFieldValues") > 2 * passes
        });
    }
}

fn code() -> impl Strategy<Value = u32> {
    prop_oneof![0..40_u32, Just(999), any::<u32>()]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        Just(u64::MAX),
        Just(u64::from(u32::MAX)),
        Just(f64::NAN.to_bits()),
        any::<f64>().prop_map(f64::to_bits),
    ]
}

fn prop_sound(gpus: &[Gpu]) {
    for gpu in gpus {
        let shares = [
            &gpu.utilization,
            &gpu.memory_copy_utilization,
            &gpu.encoder_utilization,
            &gpu.decoder_utilization,
            &gpu.jpeg_utilization,
            &gpu.ofa_utilization,
            &gpu.sm_active,
            &gpu.sm_occupancy,
            &gpu.tensor_active,
            &gpu.dram_active,
        ];
        for share in shares {
            assert!(sound(share, |share: &Ratio| share.get()), "{share:?}");
        }
        assert!(sound(&gpu.power, |power| power.get()));
        assert!(sound(&gpu.power_limit, |power| power.get()));
        assert!(sound(&gpu.energy, |energy| energy.get()));
        assert!(sound(&gpu.temperature, |degrees| degrees.get()));
        assert!(sound(&gpu.memory_temperature, |degrees| degrees.get()));
        assert!(sound(&gpu.pcie_received_rate, |rate| rate.get()));
        assert!(sound(&gpu.pcie_transmitted_rate, |rate| rate.get()));
    }
}

/// A number that is one, or a reason that says something.
fn sound<T>(reading: &Reading<T>, number: impl Fn(&T) -> f64) -> bool {
    match (reading.value(), reading.reason()) {
        (Some(value), None) => number(value).is_finite() && number(value) >= 0.0,
        (None, Some(reason)) => !reason.is_empty(),
        _ => false,
    }
}
