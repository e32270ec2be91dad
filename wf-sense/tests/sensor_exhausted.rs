//! The sensors in a process that may open no more files: a process of its own, since that holds for
//! all of it.
#![cfg(all(target_os = "linux", not(wf_portable)))]

mod sensor;

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sensor::Machine;
use wf_instrument::Nanos;
use wf_instrument::clock::mock::Mock;
use wf_sense::{FastReadings, Reading, Sensors};

/// No file can be opened while it lives. One test at a time.
struct Exhausted {
    before: Rlimit,
    _alone: MutexGuard<'static, ()>,
}

impl Exhausted {
    fn begin(alone: MutexGuard<'static, ()>) -> Self {
        let before = getrlimit(Resource::Nofile);
        let none = Rlimit {
            current: Some(0),
            maximum: before.maximum,
        };
        setrlimit(Resource::Nofile, none).expect("a limit can be lowered");
        Self {
            before,
            _alone: alone,
        }
    }
}

impl Drop for Exhausted {
    fn drop(&mut self) {
        setrlimit(Resource::Nofile, self.before).expect("and raised up to the hard one");
    }
}

fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As the documentation of `Watch::subscribe` has it.
fn is_full(fast: &FastReadings) -> bool {
    let used = fast.memory_utilization.fresh(fast.at, Nanos::from_secs(2));
    used.is_none_or(|used| used.get() > 0.90)
}

#[track_caller]
fn assert_used(reading: &Reading<wf_instrument::Ratio>, expected: f64) {
    let used = reading.value().map(|used| used.get());
    let near = used.is_some_and(|used| (used - expected).abs() < 1e-6);
    assert!(near, "{reading:?} is not {expected}");
}

#[test]
fn memory_of_a_group_is_read_from_the_file_that_is_held() {
    let alone = alone();
    let machine = Machine::named("container_v2");
    let usage = machine.root().join("sys/fs/cgroup/memory.current");
    let usage = OpenOptions::new().write(true).open(usage).unwrap();
    let mut sensors = Sensors::rooted(machine.root());
    let limit = sensors.read().memory.limit;
    let resident = sensors.read_fast().resident;
    let exhausted = Exhausted::begin(alone);
    // A pass in which nothing can be opened takes nothing away from the fast.
    let blind = sensors.read();
    assert!(
        blind.cpu.host_utilization.value().is_none(),
        "{:?}",
        blind.cpu.host_utilization
    );
    assert_used(&blind.memory.utilization, 0.5);
    assert_eq!(blind.memory.limit, limit, "with its age");
    usage.write_all_at(b"5368709120\n", 0).unwrap();
    let fast = sensors.read_fast();
    drop(exhausted);
    assert_used(&fast.memory_utilization, 0.875);
    assert_eq!(fast.resident.value(), resident.value());
    assert!(!is_full(&fast));
}

#[test]
fn memory_of_the_host_is_read_from_the_file_that_is_held() {
    let alone = alone();
    let machine = Machine::named("bare_metal");
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    let exhausted = Exhausted::begin(alone);
    let (blind, fast) = (sensors.read(), sensors.read_fast());
    drop(exhausted);
    assert_used(&blind.memory.utilization, 0.25);
    assert_used(&fast.memory_utilization, 0.25);
}

#[test]
fn what_is_not_held_is_the_last_value_and_grows_old() {
    let alone = alone();
    let clock = Mock::start();
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    let read = sensors.read();
    let exhausted = Exhausted::begin(alone);
    clock.advance(Nanos::from_secs(3));
    let blind = sensors.read();
    drop(exhausted);
    assert_eq!(blind.memory.limit, read.memory.limit);
    let age = blind.memory.limit.age(blind.at).unwrap();
    assert!(age >= Nanos::from_secs(2), "{age}");
}

#[test]
fn sensors_that_begin_without_descriptors_know_nothing_and_the_example_sheds() {
    let alone = alone();
    let machine = Machine::named("container_v2");
    let exhausted = Exhausted::begin(alone);
    let mut sensors = Sensors::rooted(machine.root());
    let (readings, fast) = (sensors.read(), sensors.read_fast());
    drop(exhausted);
    assert!(
        readings.memory.utilization.value().is_none() && fast.memory_utilization.value().is_none()
    );
    assert!(!fast.memory_utilization.is_absent() && !readings.gpus.devices.is_absent());
    assert!(is_full(&fast));
    // The host's memory is not taken for the group's now that it could be read again.
    assert!(sensors.read_fast().memory_utilization.value().is_none());
    let _ = sensors.read();
    assert_used(&sensors.read_fast().memory_utilization, 0.5);
}

#[test]
fn the_kernels_own_files_are_held_too() {
    let alone = alone();
    let mut sensors = Sensors::new();
    let (readings, _) = (sensors.read(), sensors.read_fast());
    let exhausted = Exhausted::begin(alone);
    let (_, fast) = (sensors.read(), sensors.read_fast());
    drop(exhausted);
    assert!(readings.memory.utilization.value().is_some());
    assert!(fast.memory_utilization.value().is_some() && fast.resident.value().is_some());
}
