//! The sensors on machines whose files are recorded, or written as the kernel documents them.
#![cfg(all(target_os = "linux", not(wf_portable)))]

#[path = "recorded/devices.rs"]
mod devices;
#[path = "recorded/groups.rs"]
mod groups;
#[path = "recorded/not_visible.rs"]
mod not_visible;
#[path = "recorded/pressure.rs"]
mod pressure;
#[path = "recorded/process.rs"]
mod process;
#[path = "recorded/processors.rs"]
mod processors;
mod sensor;
#[path = "recorded/storage.rs"]
mod storage;
#[path = "recorded/threads.rs"]
mod threads;

use sensor::Machine;
use wf_instrument::clock::mock::Mock;
use wf_instrument::{Bytes, Nanos, Ratio};
use wf_sense::{Reading, Readings, Sensors, Stall, Throttling};

fn first_pass(machine: &str) -> Readings {
    Sensors::rooted(Machine::named(machine).root()).read()
}

/// A pass over one machine, and a second one when a second has passed and some of its files have
/// changed.
fn two_passes(machine: &str, later: &str) -> Readings {
    let clock = Mock::start();
    let machine = Machine::named(machine);
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    clock.advance(Nanos::from_secs(1));
    machine.overlay(later);
    sensors.read()
}

/// The share of time in which some task was stalled.
fn some(stall: &Reading<Stall>) -> Reading<Ratio> {
    stall.clone().map(|stall| stall.some)
}

fn near(reading: &Reading<Ratio>, expected: f64) {
    let share = reading.value().map(|share| share.get());
    let near = share.is_some_and(|share| (share - expected).abs() < 1e-6);
    assert!(near, "{reading:?} is not {expected}");
}

fn throttled(periods: u64, throttled_periods: u64, millis: u64) -> Throttling {
    let mut throttling = Throttling::default();
    throttling.periods = periods;
    throttling.throttled_periods = throttled_periods;
    throttling.throttled_time = Nanos::from_millis(millis);
    throttling
}

fn kibibytes(count: u64) -> Bytes {
    Bytes::new(count * 1024)
}
