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
