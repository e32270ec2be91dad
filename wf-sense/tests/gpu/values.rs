//! Readings of one GPU.

use wf_instrument::{Bytes, Celsius, Hertz, Joules, PerSecond, Ratio, Watts};
use wf_sense::Reading;
use wf_sense::gpu::{Gpu, Memory};

use crate::stub::{NO_PERMISSION, NOT_SUPPORTED, Stub, next_pass, present};

#[test]
fn every_value_is_right_to_the_digit() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    present(&mut gpus);
    let gpu = &next_pass(&mut gpus)[0];
    let share = |share: &Reading<Ratio>| share.value().copied().map(Ratio::get);
    assert_eq!(share(&gpu.utilization), Some(0.37));
    assert_eq!(share(&gpu.memory_copy_utilization), Some(0.12));
    assert_eq!(share(&gpu.encoder_utilization), Some(0.03));
    assert_eq!(share(&gpu.decoder_utilization), Some(0.04));
    assert_eq!(share(&gpu.jpeg_utilization), Some(0.05));
    assert_eq!(share(&gpu.ofa_utilization), Some(0.06));
    assert_eq!(share(&gpu.sm_active), Some(0.025));
    assert_eq!(share(&gpu.sm_occupancy), Some(0.035));
    assert_eq!(share(&gpu.tensor_active), Some(0.055));
    assert_eq!(share(&gpu.dram_active), Some(0.105));
    assert_eq!(gpu.memory.value(), Some(&memory()));
    assert_eq!(gpu.bar1_memory_used.value(), Some(&Bytes::new(77)));
    assert_eq!(gpu.protected_memory_used.value(), Some(&Bytes::new(55)));
    assert_eq!(gpu.power.value().copied(), Watts::new(69.123));
    assert_eq!(gpu.power_limit.value().copied(), Watts::new(700.0));
    assert_eq!(gpu.energy.value().copied(), Joules::new(1_234_567.891));
    assert_eq!(gpu.temperature.value().copied(), Celsius::new(41.0));
    assert_eq!(gpu.memory_temperature.value().copied(), Celsius::new(52.0));
    assert_eq!(gpu.sm_clock.value(), Some(&Hertz::new(1_980_000_000)));
    assert_eq!(gpu.memory_clock.value(), Some(&Hertz::new(2_619_000_000)));
    assert_eq!(gpu.pcie_replays.value(), Some(&6));
    assert_eq!(gpu.ecc_corrected.value(), Some(&8));
    assert_eq!(gpu.ecc_uncorrected.value(), Some(&9));
}

#[test]
fn pcie_is_read_as_a_total_where_there_is_one() {
    let stub = Stub::new();
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(gpu.pcie_transmitted.value(), Some(&Bytes::new(197_000_003)));
    assert_eq!(gpu.pcie_received.value(), Some(&Bytes::new(198_000_003)));
    assert_eq!(
        gpu.pcie_received_rate,
        Reading::Absent("reported as a total".into())
    );
    assert_eq!(stub.calls("nvmlDeviceGetPcieThroughput"), 0);
}

#[test]
fn a_pcie_total_of_32_bits_is_none_and_the_rate_is_asked_for() {
    let stub = Stub::new();
    stub.value("field.197.kind", 1);
    stub.code("field.198", NOT_SUPPORTED);
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(
        gpu.pcie_transmitted,
        Reading::Absent("the driver's total wraps too soon".into())
    );
    assert_eq!(
        gpu.pcie_received,
        Reading::Absent("not supported by this GPU".into())
    );
    let rate = |rate: &Reading<PerSecond>| rate.value().copied().map(PerSecond::get);
    assert_eq!(rate(&gpu.pcie_transmitted_rate), Some(11_000.0));
    assert_eq!(rate(&gpu.pcie_received_rate), Some(22_000.0));
}

#[test]
fn each_process_is_listed_once() {
    let stub = Stub::new();
    stub.value("nvmlDeviceGetComputeRunningProcesses_v3", 2);
    let gpu = &present(&mut stub.gpus())[0];
    let processes = gpu.processes.value().unwrap();
    let processes: Vec<_> = processes.iter().map(|it| (it.pid, it.memory)).collect();
    let first = (4_000_001, Some(Bytes::new(1 << 30)));
    assert_eq!(processes, [first, (4_000_002, None)]);
    assert_eq!(gpu.process_memory_used.value(), None);
}

#[test]
fn who_uses_the_gpu_is_unknown_if_who_draws_is() {
    let stub = Stub::new();
    stub.code("nvmlDeviceGetGraphicsRunningProcesses_v3", NO_PERMISSION);
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(reason(&gpu.processes), (false, Some("no permission")));
}

#[test]
fn what_the_gpu_does_not_support_is_absent_and_the_rest_is_there() {
    let stub = Stub::new();
    for function in [
        "nvmlDeviceGetEncoderUtilization",
        "nvmlDeviceGetTotalEccErrors",
        "nvmlDeviceGetJpgUtilization",
        "nvmlDeviceGetConfComputeProtectedMemoryUsage",
        "nvmlDeviceGetGraphicsRunningProcesses_v3",
        "field.82",
    ] {
        stub.code(function, NOT_SUPPORTED);
    }
    stub.value("gpm", 0);
    let gpu = &present(&mut stub.gpus())[0];
    assert_eq!(reason(&gpu.encoder_utilization), absent());
    assert_eq!(reason(&gpu.ecc_corrected), absent());
    assert_eq!(reason(&gpu.jpeg_utilization), absent());
    assert_eq!(reason(&gpu.protected_memory_used), absent());
    assert_eq!(reason(&gpu.memory_temperature), absent());
    assert_eq!(reason(&gpu.sm_active), absent());
    assert_eq!(stub.calls("nvmlGpmSampleAlloc"), 0);
    assert!(gpu.decoder_utilization.value().is_some());
    assert!(gpu.power.value().is_some());
    assert!(gpu.processes.value().is_some());
}

#[test]
fn an_older_driver_leaves_unknown_what_it_has_no_function_for() {
    let gpu = &present(&mut Stub::old().gpus())[0];
    let lacking = (false, Some("this driver does not have the call"));
    assert_eq!(reason(&gpu.memory), lacking);
    assert_eq!(reason(&gpu.ofa_utilization), lacking);
    assert_eq!(reason(&gpu.memory_temperature), lacking);
    assert_eq!(reason(&gpu.processes), lacking);
    assert_eq!(reason(&gpu.sm_active), lacking);
    assert_eq!(gpu.power.value().copied(), Watts::new(69.123));
    assert_eq!(gpu.info.name, "NVIDIA Stub 80GB");
}

#[test]
fn shares_between_passes_need_two_of_them() {
    let stub = Stub::new();
    stub.hang("nvmlGpmMetricsGet", true);
    let mut gpus = stub.gpus();
    let first: &Gpu = &present(&mut gpus)[0];
    assert_eq!(
        reason(&first.sm_active),
        (false, Some("needs a second reading"))
    );
    stub.hang("nvmlGpmMetricsGet", false);
    let second: &Gpu = &next_pass(&mut gpus)[0];
    assert!(second.sm_active.value().is_some());
}

#[test]
fn samples_of_the_gpus_counters_are_given_back() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    present(&mut gpus);
    next_pass(&mut gpus);
    drop(gpus);
    stub.wait_for_calls("nvmlShutdown", 1);
    let taken = stub.calls("nvmlGpmSampleAlloc");
    assert!(taken >= 2);
    assert_eq!(stub.calls("nvmlGpmSampleFree"), taken);
}

fn memory() -> Memory {
    Memory {
        total: Bytes::new(85_899_345_920),
        used: Bytes::new(35_899_000_000),
        free: Bytes::new(50_000_000_000),
        reserved: Bytes::new(345_920),
    }
}

fn reason<T>(reading: &Reading<T>) -> (bool, Option<&str>) {
    (reading.is_absent(), reading.reason())
}

fn absent() -> (bool, Option<&'static str>) {
    (true, Some("not supported by this GPU"))
}
