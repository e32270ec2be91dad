//! The events, compiled into the executable and into the shared object.
//!
//! Each is in a function of its own: in a loop, the compiler would look for the thread's variables
//! once for all events.

use std::hint::black_box;

use wf_benches::values;
use wf_instrument::histogram::Recorder;
use wf_instrument::{Counter, clock, wf_measure, wf_token};

/// A name, and a function that runs the event so many times.
pub(crate) type Event = (&'static str, fn(u64));

pub(crate) const EVENTS: [Event; 7] = [
    ("bare", |n| (0..n).for_each(bare)),
    ("record", |n| values(n, record)),
    ("counter", |n| (0..n).for_each(add)),
    ("clock reading", |n| {
        (0..n).for_each(|_| {
            black_box(clock::ticks());
        });
    }),
    ("measure", |n| (0..n).for_each(|_| call())),
    ("token", pushed),
    ("request", |n| (0..n).for_each(|_| pushed(1))),
];

static RECORDER: Recorder = Recorder::new();
static COUNTER: Counter = Counter::new();

#[inline(never)]
fn bare(n: u64) {
    black_box(n);
}

#[inline(never)]
fn record(value: u64) {
    RECORDER.record(value);
}

#[inline(never)]
fn add(n: u64) {
    COUNTER.add(n);
}

#[wf_measure]
#[inline(never)]
fn call() {
    black_box(());
}

#[wf_measure(ttft)]
fn pushed(n: u64) {
    (0..n).for_each(|_| token());
}

#[inline(never)]
fn token() {
    wf_token!();
}
