//! A forked child inherits no open file of its parent's watch and governor, waits for no thread of
//! its parent, and starts its own.
//!
//! One test to a process: another one would open files at the same time.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "fork is unsafe")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use wf_govern::Governor;
use wf_govern::knob::{Knob, KnobError};
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{clock, registry, wf_gauge};
use wf_sense::{Sensors, Watch};

#[test]
fn a_forked_child_is_clean_and_starts_its_own() {
    forked_while_the_clock_is_calibrated();
    forked_while_all_threads_record();
    forked_with_files_open();
}

/// Calibration takes some tens of milliseconds, and a child cannot finish one that a thread of its
/// parent has begun.
fn forked_while_the_clock_is_calibrated() {
    let (sender, receiver) = channel();
    let calibrating = thread::spawn(move || {
        sender.send(()).unwrap();
        clock::calibrate();
    });
    receiver.recv().unwrap();
    while !calibrating.is_finished() {
        in_child(|| clock::now() <= clock::now());
    }
}

fn forked_while_all_threads_record() {
    let stop = AtomicBool::new(false);
    let watch = Watch::start(Sensors::new()).unwrap();
    let governor = Governor::builder().start().unwrap();
    let record = |round: u32| {
        let round = (round % 500).to_string();
        let named = registry::counter("fork_named", "", &[("round", &round)]);
        named.unwrap().add(1);
        wf_gauge!("fork_gauge", 1.0);
        let _read = (
            watch.readings(),
            watch.fast_readings(),
            governor.status(),
            governor.journal(),
        );
    };
    thread::scope(|scope| {
        for first in [0, 250] {
            let (stop, record) = (&stop, &record);
            scope.spawn(move || {
                (first..)
                    .take_while(|_| !stop.load(Ordering::Relaxed))
                    .for_each(record);
            });
        }
        let _stop = StopOnDrop(&stop);
        for round in 0..20 {
            in_child(|| {
                record(round);
                Snapshot::take()
                    .metrics
                    .counters
                    .iter()
                    .map(|row| row.value)
                    .sum::<u64>()
                    == 1
            });
        }
    });
}

/// Ends the other threads also if a child fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn forked_with_files_open() {
    let before = open();
    let mut sensors = Sensors::new();
    let resident = sensors.read_fast().resident;
    assert!(resident.value().is_some());
    let watch = Watch::start(Sensors::new()).unwrap();
    let knob = Knob::concurrency(1..=4, || 2, Ok);
    let governor = Governor::builder().knob(knob).start().unwrap();
    assert!(
        open().len() > before.len(),
        "no file is open that could be inherited"
    );
    in_child(|| {
        let inherited: Vec<_> = open().difference(&before).cloned().collect();
        let clean = inherited.is_empty();
        // Handles of the parent are stale here and do no harm.
        let _stale = (watch.readings(), governor.status());
        governor.pause();
        let set = governor.set("concurrency", 3, Duration::from_secs(1));
        let moved = !matches!(set, Err(KnobError::Forked { .. }));
        let files = open();
        drop((watch, governor));
        let harmless = open() == files;
        let read = sensors.read_fast().resident.value().is_some();
        let own = (Watch::start(Sensors::new()), Governor::builder().start());
        let started = own.0.is_ok() && own.1.is_ok();
        drop(own);
        clean && !moved && harmless && read && started
    });
}

/// Forks, and asserts that `check` is true in the child, within a minute.
fn in_child(check: impl FnOnce() -> bool) {
    // SAFETY: the child runs our own code, and ends by `_exit`.
    let id = unsafe { libc::fork() };
    if id == 0 {
        // SAFETY: only sets a timer that ends the child, should it hang.
        unsafe { libc::alarm(60) };
        let holds = check();
        // SAFETY: ends the process and runs nothing of it.
        unsafe { libc::_exit(i32::from(!holds)) };
    }
    let mut status = 0;
    // SAFETY: `status` lives for the call.
    let ended = unsafe { libc::waitpid(id, &raw mut status, 0) };
    assert_eq!(ended, id);
    assert!(libc::WIFEXITED(status), "the child hung: {status}");
    assert_eq!(libc::WEXITSTATUS(status), 0, "the child is not clean");
}

/// Returns the open file descriptors, without the one of `/proc/self/fd` itself.
fn open() -> BTreeSet<String> {
    let listed = fs::read_dir("/proc/self/fd").unwrap();
    let names = listed.map(|entry| entry.unwrap().path());
    let links = names.filter_map(|path| Some((path.clone(), fs::read_link(path).ok()?)));
    links
        .filter(|(_, target)| !target.to_string_lossy().ends_with("/fd"))
        .map(|(path, target)| format!("{} {}", path.display(), target.display()))
        .collect()
}
