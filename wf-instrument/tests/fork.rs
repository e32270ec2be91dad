//! A forked child starts clean, and its parent goes on as if nothing had been.
#![cfg(unix)]
#![expect(unsafe_code, reason = "a fork is unsafe to ask for")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Barrier;
use std::thread;

use wf_instrument::snapshot::{Metrics, Snapshot};
use wf_instrument::{Unit, registry, wf_count, wf_measure, wf_token};

#[wf_measure(name = "before_and_after", labels(kind = "a"))]
fn call() {}

#[wf_measure(ttft, name = "reply_across")]
fn reply() {
    wf_token!();
}

#[wf_measure(name = "around")]
fn around(work: impl FnOnce()) {
    work();
}

fn record() {
    call();
    reply();
    wf_count!("fork_rounds");
    let sizes = registry::histogram("fork_bytes", "", Unit::Bytes, &[]).unwrap();
    sizes.record(4_096);
}

/// Calls, replies, rounds and sizes so far.
fn counts(metrics: &Metrics) -> [u64; 4] {
    let span = metrics
        .spans
        .iter()
        .find(|row| &*row.span == "before_and_after");
    let reply = metrics
        .generations
        .iter()
        .find(|row| &*row.model == "reply_across");
    let rounds = metrics
        .counters
        .iter()
        .find(|row| &*row.name == "fork_rounds");
    let sizes = metrics
        .histograms
        .iter()
        .find(|row| &*row.name == "fork_bytes");
    [
        span.unwrap().ok.count(),
        reply.unwrap().arrived,
        rounds.unwrap().value,
        sizes.map_or(0, |row| row.samples.count()),
    ]
}

fn in_flight(metrics: &Metrics) -> u64 {
    let row = metrics.spans.iter().find(|row| &*row.span == "around");
    row.unwrap().in_flight
}

/// What the child found wrong, as its exit status: one bit each.
fn child() -> i32 {
    let after_fork = Snapshot::take().metrics;
    let mut wrong = i32::from(counts(&after_fork) != [0; 4]);
    // The forking thread is in the middle of one call; the other threads' calls are no more.
    wrong |= i32::from(in_flight(&after_fork) != 1) << 1;
    (0..3).for_each(|_| record());
    thread::spawn(record).join().unwrap();
    wrong | i32::from(counts(&Snapshot::take().metrics) != [4; 4]) << 2
}

#[test]
fn a_forked_child_starts_clean_and_its_parent_goes_on() {
    let (inside, forked) = (Barrier::new(4), Barrier::new(4));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                record();
                around(|| {
                    inside.wait();
                    forked.wait();
                });
            });
        }
        (0..5).for_each(|_| record());
        around(|| {
            inside.wait();
            // SAFETY: the child runs our own code, which takes no lock that another thread could have held, and ends by `_exit`.
            let id = unsafe { libc::fork() };
            if id == 0 {
                let wrong = child();
                // SAFETY: ends the process and runs nothing of it.
                unsafe { libc::_exit(wrong) };
            }
            forked.wait();
            let mut status = 0;
            // SAFETY: `status` lives for the call.
            let ended = unsafe { libc::waitpid(id, &raw mut status, 0) };
            assert_eq!(
                (ended, libc::WEXITSTATUS(status)),
                (id, 0),
                "bits of what is wrong"
            );
        });
    });
    let metrics = Snapshot::take().metrics;
    assert_eq!((counts(&metrics), in_flight(&metrics)), ([8; 4], 0));
}

/// Its thread is the parent's, so there is nobody to wait for.
#[cfg(feature = "govern")]
#[test]
fn a_forked_child_drops_what_its_parent_started_without_waiting() {
    use wf_instrument::govern::Governor;
    use wf_instrument::sensor::{Sensors, Watch};

    let watch = Watch::start(Sensors::new()).unwrap();
    let governor = Governor::builder().start().unwrap();
    // SAFETY: the child drops what takes no lock in a child, and ends by `_exit`.
    let id = unsafe { libc::fork() };
    if id == 0 {
        // SAFETY: only sets a timer that ends the child, should it hang.
        unsafe { libc::alarm(60) };
        drop((watch, governor));
        // SAFETY: ends the process and runs nothing of it.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: `status` lives for the call.
    let ended = unsafe { libc::waitpid(id, &raw mut status, 0) };
    assert_eq!(
        (ended, libc::WIFEXITED(status), libc::WEXITSTATUS(status)),
        (id, true, 0)
    );
    drop((watch, governor));
}

/// The timer's thread is the parent's, so the child starts one of its own.
#[cfg(all(feature = "admit", target_os = "linux"))]
#[test]
fn a_wait_in_a_forked_child_is_refused_by_its_deadline() {
    use std::time::Duration;

    use wf_instrument::admit::Gate;

    let gate = Gate::new(1, 10, Duration::from_millis(5));
    let _permit = gate.admit_blocking().unwrap();
    assert!(gate.admit_blocking().is_err());
    // A child cannot use a gate that another thread is inside of.
    while !sleeps("wf-admit") {
        thread::yield_now();
    }
    // SAFETY: the child uses a gate that no thread is inside of, and ends by `_exit`.
    let id = unsafe { libc::fork() };
    if id == 0 {
        // SAFETY: only sets a timer that ends the child, should it hang.
        unsafe { libc::alarm(60) };
        let admitted = i32::from(gate.admit_blocking().is_ok());
        // SAFETY: ends the process and runs nothing of it.
        unsafe { libc::_exit(admitted) };
    }
    let mut status = 0;
    // SAFETY: `status` lives for the call.
    let ended = unsafe { libc::waitpid(id, &raw mut status, 0) };
    assert_eq!(
        (ended, libc::WIFEXITED(status), libc::WEXITSTATUS(status)),
        (id, true, 0)
    );
}

/// Whether the thread of this name sleeps.
#[cfg(all(feature = "admit", target_os = "linux"))]
fn sleeps(name: &str) -> bool {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let stats =
        tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")).ok());
    stats
        .filter(|stat| stat.contains(&format!("({name})")))
        .any(|stat| stat.contains(") S "))
}
