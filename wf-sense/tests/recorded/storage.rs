//! Storage: what is waited for.

use wf_instrument::Nanos;
use wf_instrument::clock::mock::Mock;
use wf_sense::{Readings, Sensors};

use crate::Machine;
use crate::{first_pass, two_passes};

#[test]
fn waits_for_storage_are_summed_over_threads_in_ticks() {
    let waited = |readings: Readings| readings.storage.io_wait;
    let first = waited(first_pass("bare_metal"));
    assert_eq!(first.value(), Some(&Nanos::from_millis(2_000)));
    let later = waited(two_passes("bare_metal", "bare_metal_later"));
    assert_eq!(later.value(), Some(&Nanos::from_millis(2_510)));
    assert_eq!(
        waited(first_pass("hybrid")).reason(),
        Some("the kernel accounts no delays: kernel.task_delayacct is 0")
    );
}

#[test]
fn a_kernel_that_accounts_late_counts_no_older_threads() {
    let machine = Machine::named("bare_metal");
    machine.write("proc/sys/kernel/task_delayacct", b"0\n");
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    machine.write("proc/sys/kernel/task_delayacct", b"1\n");
    let waited = sensors.read().storage.io_wait;
    assert_eq!(
        waited.reason(),
        Some("delays were not accounted when this process began")
    );
}

#[test]
fn a_wait_of_nothing_may_be_one_that_is_not_accounted() {
    let machine = Machine::named("hybrid");
    machine.remove("proc/sys/kernel/task_delayacct");
    let waited = Sensors::rooted(machine.root()).read().storage.io_wait;
    assert_eq!(
        waited.reason(),
        Some("no wait for storage has been accounted yet")
    );
}

#[test]
fn a_thread_that_cannot_be_understood_may_run_and_what_the_others_waited_counts() {
    let machine = Machine::named("bare_metal");
    machine.write("proc/self/task/4242/stat", b"junk");
    let readings = Sensors::rooted(machine.root()).read();
    assert_eq!(
        readings.storage.io_wait.value(),
        Some(&Nanos::from_millis(1_600))
    );
    assert_eq!(
        readings.cpu.threads.reason(),
        Some("/proc/self/task/…/stat: not in the form that the kernel documents")
    );
    assert!(!readings.cpu.threads.is_absent());
}

#[test]
fn a_thread_that_ends_keeps_what_it_waited_in_the_sum() {
    let machine = Machine::named("bare_metal");
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    machine.remove("proc/self/task/4244/stat");
    let readings = sensors.read();
    assert_eq!(
        readings.storage.io_wait.value(),
        Some(&Nanos::from_millis(2_000))
    );
}

#[test]
fn a_disk_that_finishes_nothing_waits_longer_with_every_pass() {
    let clock = Mock::start();
    let machine = Machine::named("bare_metal");
    let mut sensors = Sensors::rooted(machine.root());
    let mut wait = || {
        let wait = sensors.read().storage.wait;
        clock.advance(Nanos::from_secs(1));
        // The mocked clock counts in ticks, which a second may not be a whole number of.
        wait.value().map(|wait| wait.as_millis().round())
    };
    assert_eq!(wait(), None, "a wait takes two passes");
    machine.overlay("disk_hangs_later");
    // In flight for the first time: its start is not known.
    assert_eq!(wait(), Some(0.0));
    assert_eq!(wait(), Some(1_000.0));
    assert_eq!(wait(), Some(2_000.0));
    machine.overlay("bare_metal_later");
    assert_eq!(wait(), Some(12.0), "it goes on");
}
