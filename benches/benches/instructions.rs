//! Number of instructions of an event. Unlike durations, it repeats on a noisy machine.
//!
//! The bench runs itself under valgrind's callgrind, each contender with few events and with many;
//! the difference belongs to the events. A clock reading counts as few instructions, although it
//! takes as long as a hundred.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::cell::RefCell;
use std::env;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use hdrhistogram::Histogram;
use hdrhistogram::sync::SyncHistogram;
use serde::Serialize;
use wf_benches::{Arguments, values};
use wf_instrument::histogram::Recorder;
use wf_instrument::{Counter, clock, wf_measure, wf_token};

/// Question, contender, and a function that runs the event a number of times.
type Contender = (&'static str, &'static str, fn(u64));

const CONTENDERS: [Contender; 13] = [
    ("record", "loop and table", |n| values(n, keep)),
    ("record", "wf", |n| values(n, |v| RECORDER.record(v))),
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
    ("measure", "two clock readings", |n| {
        (0..n).for_each(|_| keep((clock::now(), clock::now())));
    }),
    ("measure", "wf", |n| (0..n).for_each(|_| call())),
    ("measure", "wf, Result", |n| {
        (0..n).for_each(|i| keep(fallible(i)));
    }),
    ("token", "one clock reading", |n| {
        (0..n).for_each(|_| keep(clock::now()));
    }),
    ("token", "wf, iterator", |n| yielded(n).for_each(keep)),
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

#[wf_measure(ttft)]
fn yielded(n: u64) -> impl Iterator<Item = u64> {
    0..n
}

#[wf_measure(ttft)]
fn pushed(n: u64) {
    (0..n).for_each(|_| wf_token!());
}

fn main() -> ExitCode {
    // This process is valgrind's child.
    if let Ok(order) = env::var(ORDER) {
        return run(&order);
    }
    wf_benches::main(count)
}

/// Environment variable of a child: a contender's index and a number of events.
const ORDER: &str = "WF_BENCH_EVENTS";

fn run(order: &str) -> ExitCode {
    let mut words = order.split(' ').flat_map(str::parse::<u64>);
    let (Some(position), Some(events)) = (words.next(), words.next()) else {
        return ExitCode::FAILURE;
    };
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    match CONTENDERS.get(position) {
        Some((.., work)) => {
            // Calibration waits for time to pass, so its number of instructions varies.
            clock::calibrate();
            measured_events(*work, events);
            ExitCode::SUCCESS
        }
        None => ExitCode::FAILURE,
    }
}

/// Names of the functions that callgrind counts.
#[inline(never)]
fn measured_events(work: fn(u64), events: u64) {
    work(events);
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
        let more = callgrind(position, MANY)?.saturating_sub(callgrind(position, FEW)?);
        #[expect(clippy::cast_precision_loss, reason = "a few million")]
        let instructions = more as f64 / (MANY - FEW) as f64;
        println!("{question:<10}{contender:<28}{instructions:>8.1}");
        counts.push(Count {
            question,
            contender,
            instructions,
        });
    }
    arguments.save(&counts)
}

/// The instructions of one run.
fn callgrind(position: usize, events: u64) -> Result<u64, String> {
    let itself = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*measured_events*")
        .arg(itself)
        .env(ORDER, format!("{position} {events}"))
        .output()
        .map_err(|error| {
            format!("valgrind could not be started (Debian's package `valgrind`): {error}")
        })?;
    let output = String::from_utf8_lossy(&output.stderr);
    let collected = output
        .lines()
        .find_map(|line| line.split_once("Collected :"));
    collected
        .and_then(|(_, number)| number.trim().parse().ok())
        .ok_or_else(|| format!("callgrind printed no number: {output}"))
}
