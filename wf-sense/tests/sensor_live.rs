//! The sensors against the kernel that runs this test.
#![cfg(all(target_os = "linux", not(wf_portable)))]

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{TryRecvError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::fs::{Advice, fadvise};
use wf_instrument::Nanos;
use wf_sense::{Readings, Sensors, Storage};

#[test]
fn processor_time_that_is_used_is_measured() {
    let _alone = alone();
    let mut sensors = Sensors::new();
    let before = sensors.read();
    burn_half_of_a_core(Nanos::from_millis(300));
    let after = sensors.read();

    let used = cpu_time(&after).since(cpu_time(&before)).as_millis();
    assert!(
        (280.0..400.0).contains(&used),
        "{used} ms of 300 were measured"
    );
    let share = after.cpu.utilization.value().unwrap().get();
    let span = after.cpu.utilization.age(after.at).unwrap();
    let cores = after.cpu.limit.value().unwrap();
    assert!(
        share > 0.0 && share * cores <= 1.0,
        "{share} of {cores} cores, {span} ago"
    );
}

#[test]
fn memory_that_is_touched_is_measured() {
    const MOVED: u64 = 200 << 20;
    let _alone = alone();
    let mut sensors = Sensors::new();
    let before = anonymous(&sensors.read());
    let faster = sensors.read_fast().resident.value().unwrap().get();
    let held = black_box(vec![1_u8; usize::try_from(MOVED).unwrap()]);
    let moved = anonymous(&sensors.read()) - before;
    let faster = sensors.read_fast().resident.value().unwrap().get() - faster;
    drop(held);

    let near = MOVED * 95 / 100..MOVED * 105 / 100;
    assert!(
        near.contains(&moved),
        "{moved} bytes of {MOVED} were measured"
    );
    assert!(
        near.contains(&faster),
        "{faster} bytes of {MOVED} in the fast readings"
    );
}

#[test]
fn bytes_that_are_written_and_read_again_are_counted() {
    const MOVED: u64 = 64 << 20;
    let _alone = alone();
    let file = OnDisk::create("moved");
    let mut sensors = Sensors::new();
    let before = sensors.read().storage;
    file.write_through(MOVED);
    let written = sensors.read().storage;
    file.read_past_the_cache();
    let after = sensors.read().storage;

    let moved = |storage: &Storage| *storage.block_io.value().expect("a Linux host reports them");
    if moved(&written).written == moved(&before).written {
        // Memory that calls itself a disk, or a disk of another machine.
        return skipped(
            "bytes_that_are_written",
            "files here are on no disk of this machine",
        );
    }
    let near = MOVED..MOVED * 105 / 100;
    let wrote = moved(&written).written.get() - moved(&before).written.get();
    let read = moved(&after).read.get() - moved(&written).read.get();
    assert!(
        near.contains(&wrote),
        "{wrote} bytes of {MOVED} were measured as written"
    );
    assert!(
        near.contains(&read),
        "{read} bytes of {MOVED} were measured as read"
    );
}

#[test]
fn waits_for_storage_are_measured() {
    let _alone = alone();
    let file = OnDisk::create("waited");
    let mut sensors = Sensors::new();
    let before = sensors.read().storage.io_wait;
    let why = before.reason().unwrap_or_default();
    if why.contains("task_delayacct") {
        return skipped("waits_for_storage_are_measured", why);
    }
    // Until a tick of 10 ms has been waited; a disk that is this fast does not exist.
    for _ in 0..50 {
        file.write_through(16 << 20);
        file.read_past_the_cache();
        let waited = sensors.read().storage.io_wait;
        if waited.value() > before.value() {
            return;
        }
    }
    panic!("nothing was waited for");
}

#[test]
fn a_disk_that_works_has_a_wait() {
    let _alone = alone();
    let file = OnDisk::create("busy");
    let mut sensors = Sensors::new();
    if sensors.read().storage.wait.is_absent() {
        return skipped("a_disk_that_works_has_a_wait", "this machine has no disk");
    }
    for _ in 0..50 {
        file.write_through(16 << 20);
        let wait = sensors.read().storage.wait;
        if wait.value().is_some_and(|wait| *wait > Nanos::ZERO) {
            assert!(wait.value() < Some(&Nanos::from_secs(10)), "{wait:?}");
            return;
        }
    }
    panic!("no disk had a wait");
}

#[test]
fn threads_that_run_are_counted_and_those_that_sleep_are_not() {
    let _alone = alone();
    let (alive, spin) = channel::<()>();
    let (asleep, sleep) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || while spin.try_recv() == Err(TryRecvError::Empty) {});
        scope.spawn(move || sleep.recv());
        let mut sensors = Sensors::new();
        let runnable = || {
            sensors
                .read()
                .cpu
                .threads
                .value()
                .map(|threads| threads.runnable)
        };
        // The harness's own threads sleep meanwhile, but for moments.
        let counts: Vec<_> = std::iter::repeat_with(runnable).take(50).collect();
        drop((alive, asleep));
        assert!(counts.iter().all(Option::is_some), "{counts:?}");
        let ones = counts.iter().filter(|count| **count == Some(1)).count();
        assert!(ones > 25, "{counts:?}");
    });
}

#[test]
fn every_reading_has_a_value_or_a_reason() {
    let _alone = alone();
    let readings = Sensors::new().read();
    assert_eq!(
        readings.cpu.utilization.reason(),
        Some("needs a second reading")
    );
    assert_eq!(
        readings.cpu.host_utilization.reason(),
        Some("needs a second reading")
    );
    assert!(*readings.cpu.limit.value().unwrap() > 0.0);
    assert!((0.0..1.0).contains(&readings.memory.utilization.value().unwrap().get()));
    assert!(readings.process.threads.value().unwrap() >= &1);
    assert!(readings.process.open_fds.value().unwrap() >= &3);
    let started = readings.process.totals.value().unwrap().started;
    let age = started.elapsed().unwrap();
    assert!(age < Duration::from_secs(3600), "began {age:?} ago");
}

/// A file on the disk that the build is on, which goes when it does.
struct OnDisk(PathBuf);

impl OnDisk {
    fn create(name: &str) -> Self {
        let name = format!("{name}-{}", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    /// Returns when the disk has it.
    fn write_through(&self, bytes: u64) {
        let mut file = File::create(&self.0).expect("the build directory is writable");
        let megabyte = vec![7; 1 << 20];
        for _ in 0..bytes >> 20 {
            file.write_all(&megabyte).expect("there is room");
        }
        file.sync_all().expect("the disk works");
    }

    /// Reads it from the disk, not from what the kernel kept of it.
    fn read_past_the_cache(&self) {
        let file = File::open(&self.0).expect("it was written");
        fadvise(&file, 0, None, Advice::DontNeed).expect("a hint is taken");
        let mut bytes = Vec::new();
        (&file).read_to_end(&mut bytes).expect("the disk works");
        black_box(bytes);
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn skipped(test: &str, why: &str) {
    // Past the harness, which would keep it for itself.
    writeln!(std::io::stderr(), "SKIPPED: {test} because {why}").expect("stderr takes a line");
}

/// One test at a time, so that none sees what another uses.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Uses `time` of processor time, by the kernel's own count for this thread, and rests between
/// bursts.
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
    totals.expect("a Linux host reports the totals").cpu_time
}

fn anonymous(readings: &Readings) -> u64 {
    let parts = readings.memory.rss.value();
    parts
        .expect("a Linux host reports the parts")
        .anonymous
        .get()
}
