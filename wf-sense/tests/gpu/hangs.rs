//! Calls of the driver that do not return.

use std::time::Duration;

use crate::stub::{Stub, present, reason};

const SILENT: &str = "the driver does not answer";

/// Long enough that no pass misses it, short enough to wait for.
const DEADLINE: Duration = Duration::from_secs(1);

#[test]
fn a_call_that_hangs_makes_the_reading_unknown_and_delays_no_reader() {
    let stub = Stub::new();
    let mut gpus = stub.gpus().with_deadline(DEADLINE);
    present(&mut gpus);
    stub.hang("nvmlDeviceGetPowerUsage", true);
    // Had a reading waited for the call, this would never be reached: nothing but this thread
    // releases it.
    let read = reason(&mut gpus, SILENT);
    assert!(!read.is_absent());
    stub.hang("nvmlDeviceGetPowerUsage", false);
    present(&mut gpus);
    assert_eq!(stub.calls("nvmlInit_v2"), 1);
}

#[test]
fn the_deadline_is_for_a_call_and_not_for_a_pass() {
    let stub = Stub::new();
    let mut gpus = stub.gpus().with_deadline(DEADLINE);
    present(&mut gpus);
    // In the order of a pass.
    let calls = [
        "nvmlDeviceGetUtilizationRates",
        "nvmlDeviceGetEncoderUtilization",
        "nvmlDeviceGetMemoryInfo_v2",
        "nvmlDeviceGetBAR1MemoryInfo",
        "nvmlDeviceGetPowerUsage",
        "nvmlDeviceGetClockInfo",
    ];
    stub.hang(calls[0], true);
    reason(&mut gpus, SILENT);
    calls[1..].iter().for_each(|call| stub.hang(call, true));
    // Each that returns has the next one hang, with a deadline of its own. Once is enough: a busy
    // machine may make this thread miss some.
    let found = calls.windows(2).any(|calls| {
        let before = stub.calls(calls[1]);
        stub.hang(calls[0], false);
        stub.wait_for_calls(calls[1], before + 1);
        gpus.read().value().is_some()
    });
    assert!(found);
}

#[test]
fn a_library_that_hangs_when_it_is_opened_is_unknown() {
    let stub = Stub::new();
    stub.hang("nvmlInit_v2", true);
    let mut gpus = stub.gpus().with_deadline(DEADLINE);
    reason(&mut gpus, SILENT);
    stub.hang("nvmlInit_v2", false);
    present(&mut gpus);
}

#[test]
fn dropping_it_does_not_wait_for_a_call_that_hangs() {
    let stub = Stub::new();
    let mut gpus = stub.gpus();
    present(&mut gpus);
    stub.hang("nvmlDeviceGetClockInfo", true);
    stub.wait_for_calls(
        "nvmlDeviceGetClockInfo",
        stub.calls("nvmlDeviceGetClockInfo") + 1,
    );
    drop(gpus);
    assert_eq!(stub.calls("nvmlShutdown"), 0);
    stub.hang("nvmlDeviceGetClockInfo", false);
    stub.wait_for_calls("nvmlShutdown", 1);
}

#[test]
fn a_thread_that_sleeps_is_not_overdue() {
    let stub = Stub::new();
    // The next pass is due long after the deadline.
    let mut gpus = stub
        .gpus()
        .with_period(Duration::from_secs(3600))
        .with_deadline(Duration::from_millis(500));
    present(&mut gpus);
    std::thread::sleep(Duration::from_millis(600));
    // Not at once, in case the machine keeps the thread from so much as falling asleep.
    present(&mut gpus);
}
