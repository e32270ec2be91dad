//! The sensors against the kernel that runs this test.
#![cfg(target_os = "linux")]

use std::fs;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use wf_instrument::Nanos;
use wf_instrument::sensor::{Readings, Sensors};

#[test]
fn processor_time_that_is_burnt_is_seen() {
    let _alone = alone();
    let mut sensors = Sensors::new();
    let before = sensors.read();
    burn_half_of_a_core(Nanos::from_millis(300));
    let after = sensors.read();

    let used = cpu_time(&after).since(cpu_time(&before)).as_millis();
    assert!((280.0..400.0).contains(&used), "{used} ms of 300 were seen");
    let share = after.cpu.process.value().unwrap().get();
    let span = after.cpu.process.age(after.at).unwrap();
    let cores = after.cpu.cores.value().unwrap();
    assert!(
        share > 0.0 && share * cores <= 1.0,
        "{share} of {cores} cores, {span} ago"
    );
}

#[test]
fn memory_that_is_touched_is_seen() {
    const MOVED: u64 = 200 << 20;
    let _alone = alone();
    let mut sensors = Sensors::new();
    let before = anonymous(&sensors.read());
    let guarded = sensors.guard().resident.value().unwrap().get();
    let held = black_box(vec![1_u8; usize::try_from(MOVED).unwrap()]);
    let moved = anonymous(&sensors.read()) - before;
    let guarded = sensors.guard().resident.value().unwrap().get() - guarded;
    drop(held);

    let near = MOVED * 95 / 100..MOVED * 105 / 100;
    assert!(near.contains(&moved), "{moved} bytes of {MOVED} were seen");
    assert!(
        near.contains(&guarded),
        "{guarded} bytes of {MOVED} were guarded"
    );
}

#[test]
fn every_reading_has_a_value_or_a_reason() {
    let readings = Sensors::new().read();
    assert_eq!(
        readings.cpu.process.reason(),
        Some("needs a second reading")
    );
    assert_eq!(readings.cpu.host.reason(), Some("needs a second reading"));
    assert!(*readings.cpu.cores.value().unwrap() > 0.0);
    assert!((0.0..1.0).contains(&readings.memory.used.value().unwrap().get()));
    assert!(readings.process.threads.value().unwrap() >= &1);
    assert!(readings.process.open_files.value().unwrap() >= &3);
    let started = readings.process.totals.value().unwrap().started;
    let age = started.elapsed().unwrap();
    assert!(age < Duration::from_secs(3600), "began {age:?} ago");
}

/// One test at a time, so that none sees what another uses.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Uses `time` of processor time, by the kernel's own count for this thread, and rests between bursts.
fn burn_half_of_a_core(time: Nanos) {
    let end = thread_time().plus(time);
    while thread_time() < end {
        let burst = thread_time().plus(Nanos::from_millis(5));
        while thread_time() < burst {
            black_box((0..10_000_u64).map(black_box).sum::<u64>());
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn thread_time() -> Nanos {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Nanos::new(nanos.expect("the kernel counts the time of each thread"))
}

fn cpu_time(readings: &Readings) -> Nanos {
    let totals = readings.process.totals.value();
    totals.expect("a Linux host tells the totals").cpu_time
}

fn anonymous(readings: &Readings) -> u64 {
    let parts = readings.memory.parts.value();
    parts.expect("a Linux host tells the parts").anonymous.get()
}
