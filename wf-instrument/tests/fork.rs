//! A forked child starts from zero, and its parent records on.
#![cfg(unix)]
#![expect(unsafe_code, reason = "fork is unsafe")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Barrier;
use std::thread;

use wf_instrument::snapshot::{Metrics, Snapshot};
use wf_instrument::{Unit, registry, wf_count, wf_measure, wf_token};

#[wf_measure(name = "before_and_after", labels(kind = "a"))]
fn call() {}

#[wf_measure(ttft, name = "generation_across")]
fn generate() {
    wf_token!();
}

#[wf_measure(name = "around")]
fn around(work: impl FnOnce()) {
    work();
}

fn record() {
    call();
    generate();
    wf_count!("fork_rounds");
    let sizes = registry::histogram("fork_bytes", "", Unit::Bytes, &[]).unwrap();
    sizes.record(4_096);
}

/// Numbers of calls, requests, rounds and sizes so far.
fn counts(metrics: &Metrics) -> [u64; 4] {
    let span = metrics
        .spans
        .iter()
        .find(|row| &*row.span == "before_and_after");
    let generation = metrics
        .generations
        .iter()
        .find(|row| &*row.model == "generation_across");
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
        generation.unwrap().arrived,
        rounds.unwrap().value,
        sizes.map_or(0, |row| row.samples.count()),
    ]
}

fn in_flight(metrics: &Metrics) -> u64 {
    let row = metrics.spans.iter().find(|row| &*row.span == "around");
    row.unwrap().in_flight
}

/// Checks the child and returns its exit status, with one bit for each check that failed.
fn check_child() -> i32 {
    let after_fork = Snapshot::take().metrics;
    let mut wrong = i32::from(counts(&after_fork) != [0; 4]);
    // The forking thread is inside one call; the child does not have the other threads.
    wrong |= i32::from(in_flight(&after_fork) != 1) << 1;
    (0..3).for_each(|_| record());
    thread::spawn(record).join().unwrap();
    wrong | i32::from(counts(&Snapshot::take().metrics) != [4; 4]) << 2
}

#[test]
fn a_forked_child_starts_from_zero_and_its_parent_records_on() {
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
            // SAFETY: the child takes no lock that another thread could hold, and ends by `_exit`.
            let id = unsafe { libc::fork() };
            if id == 0 {
                let wrong = check_child();
                // SAFETY: ends the process without running its exit handlers.
                unsafe { libc::_exit(wrong) };
            }
            forked.wait();
            let mut status = 0;
            // SAFETY: `status` is valid for the call.
            let ended = unsafe { libc::waitpid(id, &raw mut status, 0) };
            assert_eq!(
                (ended, libc::WEXITSTATUS(status)),
                (id, 0),
                "bits of the failed checks"
            );
        });
    });
    let metrics = Snapshot::take().metrics;
    assert_eq!((counts(&metrics), in_flight(&metrics)), ([8; 4], 0));
}
