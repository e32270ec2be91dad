//! GPUs that are reported.

use wf_sense::Reading;
use wf_sense::gpu::{Gpus, Info, Mig};

use crate::stub::{NO_PERMISSION, Stub, next_pass, present, reason, until};

#[test]
fn a_machine_without_the_library_has_no_gpu() {
    let mut gpus = Gpus::with_library("/nowhere/libnvidia-ml.so.1");
    let read = reason(&mut gpus, "no NVIDIA driver library");
    assert!(read.is_absent());
}

#[test]
fn a_library_that_cannot_be_loaded_is_not_taken_for_none() {
    let mut gpus = Gpus::with_library(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let read = reason(&mut gpus, "the driver's library cannot be loaded");
    assert!(!read.is_absent());
}

#[test]
fn nothing_is_loaded_before_the_first_reading() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    assert_eq!(stub.calls("nvmlInit_v2"), 0);
    stub.hang("nvmlInit_v2", true);
    assert_eq!(gpus.read().reason(), Some("not read"));
    stub.hang("nvmlInit_v2", false);
    present(&mut gpus);
    assert_eq!(stub.calls("nvmlInit_v2"), 1);
}

#[test]
fn a_driver_without_a_gpu_is_closed_and_tried_again() {
    let stub = Stub::new();
    stub.value("devices", 0);
    let mut gpus = stub.gpus();
    assert!(reason(&mut gpus, "no GPU").is_absent());
    until(&mut gpus, |_| stub.calls("nvmlShutdown") > 1);
    stub.value("devices", 1);
    assert_eq!(present(&mut gpus).len(), 1);
}

#[test]
fn each_gpu_has_its_own_name() {
    let stub = Stub::new();
    stub.value("devices", 2);
    let infos: Vec<Info> = present(&mut stub.gpus())
        .iter()
        .map(|gpu| Info::clone(&gpu.info))
        .collect();
    assert_eq!(infos, [whole(0), whole(1)]);
}

#[test]
fn a_gpu_of_another_container_is_left_out() {
    let stub = Stub::new();
    stub.value("devices", 2);
    stub.code_of("nvmlDeviceGetHandleByIndex_v2", 1, NO_PERMISSION);
    let gpus = present(&mut stub.gpus());
    assert_eq!(gpus.len(), 1);
    assert_eq!(*gpus[0].info, whole(1));
}

#[test]
fn gpus_of_other_containers_alone_are_not_absent() {
    let stub = Stub::new();
    stub.code("nvmlDeviceGetHandleByIndex_v2", NO_PERMISSION);
    let read = reason(&mut stub.gpus(), "no permission");
    assert!(!read.is_absent());
}

#[test]
fn each_instance_of_a_partitioned_gpu_follows_it() {
    let stub = Stub::new();
    stub.value("devices", 2);
    stub.value("mig", 1);
    let mut gpus = stub.gpus();
    let infos: Vec<Info> = present(&mut gpus)
        .iter()
        .map(|gpu| Info::clone(&gpu.info))
        .collect();
    let all = [
        whole(0),
        instance(0, 1),
        instance(0, 3),
        whole(1),
        instance(1, 1),
        instance(1, 3),
    ];
    assert_eq!(infos, all);
    let gpus = next_pass(&mut gpus);
    assert_eq!(
        gpus[1].sm_active.value().map(|share| share.get()),
        Some(0.025)
    );
}

#[test]
fn readings_that_an_instance_lacks_are_absent() {
    let stub = Stub::new();
    stub.value("mig", 1);
    // As a driver does: the GPU's handle is refused for what it is, an instance's as none at all.
    stub.code_of("nvmlDeviceGetUtilizationRates", 1, 3);
    stub.code_of("nvmlDeviceGetUtilizationRates", 1001, 2);
    stub.code_of("nvmlDeviceGetPowerUsage", 1, 2);
    let gpus = present(&mut stub.gpus());
    let absent = |reason: &'static str| Reading::Absent(reason.into());
    assert_eq!(
        gpus[0].utilization,
        absent("not supported by this GPU in MIG mode")
    );
    assert_eq!(
        gpus[1].utilization,
        absent("not supported for a MIG instance")
    );
    assert_eq!(
        gpus[0].power.reason(),
        Some("the driver does not take the question")
    );
    assert!(!gpus[0].power.is_absent());
    assert!(gpus[1].memory.value().is_some());
}

#[test]
fn an_instance_that_is_made_later_is_found() {
    let stub = Stub::new();
    stub.value("mig", 1);
    stub.value("instances", 0);
    let mut gpus = stub.gpus();
    assert_eq!(present(&mut gpus).len(), 1);
    stub.value("instances", 7);
    until(&mut gpus, |reading| {
        reading.value().is_some_and(|gpus| gpus.len() == 3)
    });
    assert_eq!(stub.calls("nvmlInit_v2"), 1);
}

#[test]
fn looking_for_new_gpus_forgets_nothing_of_the_old() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    until(&mut gpus, |_| stub.calls("nvmlDeviceGetCount_v2") > 2);
    next_pass(&mut gpus);
    // Asked only where there is no sample from the pass before.
    assert_eq!(stub.calls("nvmlGpmQueryDeviceSupport"), 1);
}

fn whole(index: u32) -> Info {
    Info {
        index,
        uuid: format!("GPU-{}", index + 1),
        name: "NVIDIA Stub 80GB".into(),
        pci_bus_id: format!("00000000:{:02X}:00.0", index + 1),
        driver_version: "575.57.08".into(),
        mig: None,
    }
}

fn instance(index: u32, number: u32) -> Info {
    let mut mig = Mig::default();
    mig.gpu_instance = Some(number + 7);
    mig.compute_instance = Some(0);
    mig.profile = "1g.10gb".into();
    Info {
        uuid: format!("MIG-{}", 1000 * (index + 1) + number),
        name: "NVIDIA Stub 80GB MIG 1g.10gb".into(),
        mig: Some(mig),
        ..whole(index)
    }
}
