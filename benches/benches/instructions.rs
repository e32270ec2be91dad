//! Number of instructions of an event. Unlike durations, it repeats on a noisy machine.
//!
//! A clock reading counts as few instructions, although it takes as long as a hundred.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::cell::RefCell;
use std::hint::black_box;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

use futures_util::stream::{self, Stream};
use hdrhistogram::Histogram;
use hdrhistogram::sync::SyncHistogram;
use serde::Serialize;
use wf_benches::{Arguments, Order, instructions, measured_events, values};
use wf_instrument::histogram::Recorder;
use wf_instrument::{
    Counter, Outcome, Unit, clock, registry, wf_count, wf_frame, wf_gauge, wf_measure, wf_token,
};

/// Question, contender, and a function that runs the event a number of times.
type Contender = (&'static str, &'static str, fn(u64));

const CONTENDERS: [Contender; 26] = [
    ("record", "loop and table", |n| values(n, keep)),
    ("record", "wf", |n| values(n, |v| RECORDER.record(v))),
    ("record", "wf, handle of the registry", |n| {
        let handle = registry::histogram("record_seconds", "", Unit::Nanos, &[]);
        let handle = handle.expect("its name is valid");
        values(n, |v| handle.record(v));
    }),
    ("record", "hdrhistogram, plain", |n| {
        let mut histogram = Histogram::<u64>::new_with_bounds(1, 1 << 40, 2).expect("two digits");
        values(n, |v| histogram.saturating_record(v));
    }),
    ("record", "hdrhistogram SyncHistogram", |n| {
        let histogram = Histogram::<u64>::new_with_bounds(1, 1 << 40, 2).expect("two digits");
        let recorder = RefCell::new(SyncHistogram::from(histogram).recorder());
        values(n, |v| recorder.borrow_mut().saturating_record(v));
    }),
    ("counter", "empty loop", |n| (0..n).for_each(keep)),
    ("counter", "wf", |n| {
        (0..n).for_each(|i| COUNTER.add(black_box(i)))
    }),
    ("counter", "wf_count, literal label", |n| {
        (0..n).for_each(|i| wf_count!("counted", black_box(i), labels(device = "cpu")))
    }),
    ("counter", "wf_count, label at run time", |n| {
        (0..n).for_each(|i| wf_count!("called", black_box(i), labels(device = black_box("cpu"))))
    }),
    ("gauge", "wf_gauge", |n| {
        (0..n).for_each(|_| wf_gauge!("depth", black_box(1.0)))
    }),
    ("measure", "two clock readings", |n| {
        (0..n).for_each(|_| keep((clock::now(), clock::now())));
    }),
    ("measure", "two readings of raw ticks", |n| {
        (0..n).for_each(|_| keep((clock::ticks(), clock::ticks())));
    }),
    ("measure", "wf", |n| (0..n).for_each(|_| call())),
    ("measure", "wf, Result", |n| {
        (0..n).for_each(|i| keep(fallible(i)));
    }),
    ("measure", "wf, `?` in the body", |n| {
        (0..n).for_each(|i| keep(forwarding(i)));
    }),
    ("measure", "wf, async", |n| {
        let mut cx = Context::from_waker(Waker::noop());
        (0..n).for_each(|_| keep(pin!(ready()).poll(&mut cx)));
    }),
    ("measure", "wf, label at run time", |n| {
        (0..n).for_each(|_| labelled(black_box("cpu")));
    }),
    ("measure", "wf, handle of the registry", |n| {
        let site = registry::span("registered", "").expect("its name is valid");
        (0..n).for_each(|_| site.start().end(Outcome::Ok));
    }),
    ("measure", "wf, handle with a label", |n| {
        let site = registry::labelled_span("labelled", "", &["device"]);
        let site = site.expect("its label is valid");
        (0..n).for_each(|_| site.start_with(&[black_box("cpu")]).end(Outcome::Ok));
    }),
    ("frame", "wf_frame", |n| {
        (0..n).for_each(|_| wf_frame!("canvas", target_fps = 60));
    }),
    ("token", "one clock reading", |n| {
        (0..n).for_each(|_| keep(clock::now()));
    }),
    ("token", "one reading of raw ticks", |n| {
        (0..n).for_each(|_| keep(clock::ticks()));
    }),
    ("token", "wf, iterator", |n| yielded(n).for_each(keep)),
    ("token", "wf, stream", |n| {
        let mut stream = pin!(streamed(n));
        let mut cx = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(token)) = stream.as_mut().poll_next(&mut cx) {
            keep(token);
        }
    }),
    ("token", "wf, pushed", pushed),
    ("request", "wf", |n| (0..n).for_each(|_| pushed(1))),
];

fn keep<T>(value: T) {
    black_box(value);
}

static RECORDER: Recorder = Recorder::new();
static COUNTER: Counter = Counter::new();

#[wf_measure]
#[inline(never)]
fn call() {
    black_box(());
}

#[wf_measure]
#[inline(never)]
fn fallible(n: u64) -> Result<u64, u64> {
    if black_box(n) == u64::MAX {
        Err(n)
    } else {
        Ok(n)
    }
}

#[wf_measure]
#[inline(never)]
fn forwarding(n: u64) -> Result<u64, u64> {
    let n = bare(n)?;
    Ok(n + 1)
}

fn bare(n: u64) -> Result<u64, u64> {
    black_box(Ok(n))
}

#[wf_measure]
async fn ready() {
    black_box(());
}

#[wf_measure(labels(device = device))]
#[inline(never)]
fn labelled(device: &str) {
    black_box(());
}

#[wf_measure(ttft)]
fn yielded(n: u64) -> impl Iterator<Item = u64> {
    0..n
}

#[wf_measure(ttft)]
fn streamed(n: u64) -> impl Stream<Item = u64> {
    stream::iter(0..n)
}

#[wf_measure(ttft)]
fn pushed(n: u64) {
    (0..n).for_each(|_| wf_token!());
}

fn main() -> ExitCode {
    match Order::given() {
        Some(order) => run(order),
        None => wf_benches::main(count),
    }
}

/// What valgrind's child does.
fn run(order: Order) -> ExitCode {
    let Some(&(.., work)) = CONTENDERS.get(order.position) else {
        return ExitCode::FAILURE;
    };
    // Calibration waits for time to pass, so its number of instructions varies.
    clock::calibrate();
    measured_events(&mut || work(order.events));
    ExitCode::SUCCESS
}

/// A row of the `--json` file.
#[derive(Serialize)]
struct Count {
    question: &'static str,
    contender: &'static str,
    instructions: f64,
}

fn count(arguments: &Arguments) -> Result<(), String> {
    const FEW: u64 = 20_000;
    const MANY: u64 = 120_000;
    let mut counts = Vec::new();
    println!("\ninstructions an event, by callgrind");
    for (position, &(question, contender, _)) in CONTENDERS.iter().enumerate() {
        let instructions = instructions(position, FEW, MANY)?;
        println!("{question:<10}{contender:<28}{instructions:>8.1}");
        counts.push(Count {
            question,
            contender,
            instructions,
        });
    }
    arguments.save(&counts)
}
