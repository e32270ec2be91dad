//! States of the threads of a large process.

use wf_instrument::Nanos;
use wf_instrument::clock::mock::Mock;
use wf_sense::{Sensors, Threads};

use crate::Machine;

/// A process with so many threads, of which those with these numbers run and one is blocked.
fn process(threads: u64, running: &[u64]) -> Machine {
    let machine = Machine::named("bare_metal");
    for number in 0..threads {
        let state = match number {
            _ if running.contains(&number) => 'R',
            0 => 'D',
            _ => 'S',
        };
        let zeros = " 0".repeat(49);
        let task = 5000 + number;
        let stat = format!("{task} (worker) {state}{zeros}\n");
        machine.write(&format!("proc/self/task/{task}/stat"), stat.as_bytes());
    }
    for task in [4242, 4243, 4244] {
        machine.remove(&format!("proc/self/task/{task}/stat"));
    }
    machine
}

#[test]
fn two_of_many_threads_that_run_are_two_in_every_pass() {
    for (threads, running) in [
        (96, [40, 41]),
        (96, [0, 95]),
        (500, [499, 498]),
        (1_000, [700, 3]),
    ] {
        let clock = Mock::start();
        let machine = process(threads, &running);
        let mut sensors = Sensors::rooted(machine.root());
        for pass in 0..17 {
            let found = sensors.read().cpu.threads;
            let runnable = found.value().map(|threads| threads.runnable);
            assert_eq!(runnable, Some(2), "{threads} threads, pass {pass}");
            clock.advance(Nanos::from_secs(1));
        }
    }
}

#[test]
fn a_count_that_was_not_made_in_this_pass_keeps_its_age() {
    let clock = Mock::start();
    let machine = process(130, &[7]);
    let mut sensors = Sensors::rooted(machine.root());
    let mut pass = || {
        let readings = sensors.read();
        let at = readings.at;
        clock.advance(Nanos::from_secs(1));
        let threads = readings.cpu.threads;
        let age = threads.age(at).unwrap();
        (threads.value().unwrap().runnable, age.as_secs().round())
    };
    assert_eq!([pass(), pass()], [(1, 0.0), (1, 1.0)]);
    let now = process(130, &[7, 8, 9]);
    for task in [5008, 5009] {
        let path = format!("proc/self/task/{task}/stat");
        machine.write(&path, &now.read(&path));
    }
    assert_eq!([pass(), pass(), pass()], [(1, 2.0), (3, 0.0), (3, 1.0)]);
}

#[test]
fn threads_are_counted_whole_and_never_scaled() {
    let machine = process(33, &[1, 2, 3]);
    let counted = Sensors::rooted(machine.root()).read().cpu.threads;
    let expected = Threads {
        runnable: 3,
        blocked: 1,
    };
    assert_eq!(counted.value(), Some(&expected));
}

#[test]
fn more_threads_than_can_be_looked_at_are_unknown() {
    let machine = process(2_049, &[]);
    let threads = Sensors::rooted(machine.root()).read().cpu.threads;
    assert!(threads.value().is_none() && !threads.is_absent());
}
