//! Drivers that go away, and come back.

use std::cell::Cell;

use wf_sense::Reading;

use crate::stub::{DRIVER_NOT_LOADED, GPU_IS_LOST, Stub, next_pass, present, reason, until};

const UNINITIALIZED: u32 = 1;
const UNKNOWN: u32 = 999;

#[test]
fn a_library_without_a_driver_is_unknown_until_one_is_loaded() {
    let stub = Stub::new();
    stub.code("nvmlInit_v2", DRIVER_NOT_LOADED);
    let mut gpus = stub.gpus();
    let read = reason(&mut gpus, "the driver is not loaded");
    assert!(!read.is_absent());
    stub.code("nvmlInit_v2", 0);
    assert_eq!(present(&mut gpus).len(), 1);
}

#[test]
fn a_driver_that_vanishes_is_unknown_and_read_again_when_it_is_back() {
    for (code, why) in [
        (UNINITIALIZED, "the driver's library is not initialized"),
        (DRIVER_NOT_LOADED, "the driver is not loaded"),
        (GPU_IS_LOST, "the GPU has fallen off the bus"),
        (UNKNOWN, "the driver failed in a way that it does not know"),
    ] {
        let stub = Stub::new();
        let mut gpus = stub.gpus();
        present(&mut gpus);
        stub.code("*", code);
        let torn = Cell::new(None);
        until(&mut gpus, |reading| {
            if let Reading::Present { value, at } = reading
                && value[0].power.value().is_none()
            {
                // All of it is unknown at once, and not value by value: but for the pass in which
                // it happens.
                assert_eq!(torn.replace(Some(*at)).unwrap_or(*at), *at);
            }
            reading.reason() == Some(why)
        });
        until(&mut gpus, |_| stub.calls("nvmlInit_v2") > 3);
        stub.code("*", 0);
        let gpu = &present(&mut gpus)[0];
        assert!(gpu.power.value().is_some());
        assert_eq!(gpu.info.name, "NVIDIA Stub 80GB");
    }
}

#[test]
fn a_driver_that_came_back_is_not_waited_for_longer_each_time() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    for _ in 0..17 {
        present(&mut gpus);
        stub.code("*", DRIVER_NOT_LOADED);
        reason(&mut gpus, "the driver is not loaded");
        stub.code("*", 0);
    }
    // Doubled each time, the wait would now be longer than any test's.
    present(&mut gpus);
}

#[test]
fn an_error_without_a_name_in_one_answer_leaves_the_others() {
    let stub = Stub::new();
    stub.code("nvmlDeviceGetPowerUsage", UNKNOWN);
    let mut gpus = stub.gpus();
    present(&mut gpus);
    let gpu = &next_pass(&mut gpus)[0];
    let why = "the driver failed in a way that it does not know";
    assert_eq!(gpu.power.reason(), Some(why));
    assert!(gpu.utilization.value().is_some());
    assert_eq!(stub.calls("nvmlInit_v2"), 1);
}

#[test]
fn of_two_gpus_the_one_that_is_not_lost_is_read_on() {
    let stub = Stub::new();
    stub.value("devices", 2);
    let mut gpus = stub.gpus();
    present(&mut gpus);
    stub.code_of("*", 2, GPU_IS_LOST);
    let both = until(&mut gpus, |reading| {
        reading.value().is_some_and(|gpus| {
            // The second pass after: nothing of it is read any more.
            gpus[1].processes.value().is_none() && gpus[1].utilization.value().is_none()
        })
    });
    let both = both.value().expect("one is left");
    assert_eq!(
        both[1].power.reason(),
        Some("the GPU has fallen off the bus")
    );
    assert!(!both[1].power.is_absent());
    assert!(both[0].power.value().is_some());
    until(&mut gpus, |_| stub.calls("nvmlInit_v2") > 3);
    stub.code_of("*", 2, 0);
    until(&mut gpus, |reading| {
        reading
            .value()
            .is_some_and(|gpus| gpus.iter().all(|gpu| gpu.power.value().is_some()))
    });
}

#[test]
fn the_driver_is_closed_when_the_reader_is_dropped() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    present(&mut gpus);
    drop(gpus);
    stub.wait_for_calls("nvmlShutdown", 1);
    assert_eq!(stub.calls("nvmlInit_v2"), 1);
}
