//! Cost of what happens once: the first event of a thread, of a site on a thread, and in an octave.
//!
//! Nanoseconds, instructions by callgrind, and allocations of one event. Threads run one after the
//! other, so that each takes over the slot of the last, with all that it has allocated; those that
//! are there at once each have a slot that nobody had.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Instant;

use serde::Serialize;
use wf_benches::{
    Allocated, Arguments, CountingAllocator, Order, Spread, instructions, measured_events,
};
use wf_instrument::histogram::Recorder;
use wf_instrument::{Counter, Outcome, clock, registry};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// A name, and a function that runs so many events.
type Contender = (&'static str, fn(u64) -> Cost);

const CONTENDERS: [Contender; 12] = [
    ("loop", |n| batch(n, || (), |()| ())),
    ("counter, later event", |n| {
        COUNTER.add(1);
        batch(n, || &COUNTER, |counter| counter.add(1))
    }),
    ("counter, first on a thread", |n| {
        batch(n, Counter::new, |counter| counter.add(1))
    }),
    ("histogram, first on a thread", |n| {
        batch(n, Recorder::new, |recorder| recorder.record(1_500_000))
    }),
    ("histogram, first in an octave", |n| {
        let touched = || {
            let recorder = Recorder::new();
            recorder.record(1);
            recorder
        };
        batch(n, touched, |recorder| recorder.record(1_500_000))
    }),
    ("call, first on a thread", |n| {
        let make = || registry::span(&new_name(), "").expect("below the limit");
        batch(n, make, |site| site.start().end(Outcome::Ok))
    }),
    ("request, first on a thread", |n| {
        let make = || registry::generation(&new_name(), "", None).expect("below the limit");
        batch(n, make, |site| site.arrive().end(Outcome::Ok))
    }),
    ("new thread, no event", |n| after_another(n, || ())),
    ("counter, in the slot of an ended thread", |n| {
        after_another(n, || COUNTER.add(1))
    }),
    ("histogram, in the slot of an ended thread", |n| {
        after_another(n, || RECORDER.record(1_500_000))
    }),
    ("counter, in a slot without shards", |n| {
        at_once(n, |counter, _| counter.add(1))
    }),
    ("histogram, in a slot without shards", |n| {
        at_once(n, |_, recorder| recorder.record(1_500_000))
    }),
];

static COUNTER: Counter = Counter::new();
static RECORDER: Recorder = Recorder::new();

/// A name that no site has.
fn new_name() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("site {}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// What a number of events cost in all.
#[derive(Clone, Copy, Default)]
struct Cost {
    nanos: f64,
    allocated: Allocated,
}

fn cost_of(mut events: impl FnMut()) -> Cost {
    let (before, start) = (Allocated::now(), Instant::now());
    measured_events(&mut events);
    Cost {
        nanos: start.elapsed().as_secs_f64() * 1e9,
        allocated: Allocated::now().since(before),
    }
}

/// An event on each of `n` things that are made before, one after the other.
fn batch<T>(n: u64, make: impl FnMut() -> T, event: impl Fn(&T)) -> Cost {
    let things: Vec<T> = std::iter::repeat_with(make).take(len(n)).collect();
    cost_of(|| things.iter().for_each(|thing| event(black_box(thing))))
}

/// An event on each of `n` new threads, one after the other.
fn after_another(n: u64, event: impl Fn() + Sync) -> Cost {
    thread::scope(|scope| {
        let costs = (0..n).map(|_| {
            let thread = scope.spawn(|| cost_of(&event));
            thread.join().expect("it does not panic")
        });
        costs.fold(Cost::default(), Cost::plus)
    })
}

/// An event on each of `n` threads that are there at once, in series of their own.
fn at_once(n: u64, event: impl Fn(&Counter, &Recorder) + Sync) -> Cost {
    let (counter, recorder) = (Counter::new(), Recorder::new());
    let barrier = Barrier::new(len(n));
    let turn = Mutex::new(());
    thread::scope(|scope| {
        let run = || {
            barrier.wait();
            let turn = turn.lock().expect("nobody panics");
            let cost = cost_of(|| event(&counter, &recorder));
            drop(turn);
            // It keeps its slot until all have one.
            barrier.wait();
            cost
        };
        let threads: Vec<_> = (0..n).map(|_| scope.spawn(run)).collect();
        let costs = threads
            .into_iter()
            .map(|thread| thread.join().expect("it does not panic"));
        costs.fold(Cost::default(), Cost::plus)
    })
}

impl Cost {
    fn plus(self, other: Self) -> Self {
        Self {
            nanos: self.nanos + other.nanos,
            allocated: Allocated {
                times: self.allocated.times + other.allocated.times,
                held: self.allocated.held + other.allocated.held,
            },
        }
    }
}

fn len(n: u64) -> usize {
    usize::try_from(n).expect("a few")
}

fn main() -> ExitCode {
    match Order::given() {
        Some(order) => run(order),
        None => wf_benches::main(measure),
    }
}

/// What valgrind's child does.
fn run(order: Order) -> ExitCode {
    let Some(&(_, work)) = CONTENDERS.get(order.position) else {
        return ExitCode::FAILURE;
    };
    prepare();
    work(order.events);
    ExitCode::SUCCESS
}

/// The first events of the process, and of the main thread.
fn prepare() {
    clock::calibrate();
    COUNTER.add(1);
    RECORDER.record(1_500_000);
}

/// A row of the `--json` file.
#[derive(Serialize)]
struct Row {
    contender: &'static str,
    median_ns: f64,
    min_ns: f64,
    instructions: f64,
    allocations: f64,
    bytes: f64,
}

const ROUNDS: usize = 31;
/// Events: fewer than there are slots, and all rounds together make fewer sites than the registry
/// takes.
const FEW: u64 = 20;
const MANY: u64 = 60;

fn measure(arguments: &Arguments) -> Result<(), String> {
    prepare();
    let rounds = arguments.rounds.unwrap_or(ROUNDS);
    println!("\nfirst events: ns, median (minimum); instructions; allocations");
    let mut rows = Vec::new();
    for (position, &(contender, work)) in CONTENDERS.iter().enumerate() {
        let each = |total: f64| total / MANY as f64;
        let costs: Vec<Cost> = (0..rounds).map(|_| work(MANY)).collect();
        let nanos = Spread::of(costs.iter().map(|cost| each(cost.nanos)).collect());
        let Some(last) = costs.last() else { continue };
        let row = Row {
            contender,
            median_ns: nanos.median,
            min_ns: nanos.min,
            instructions: instructions(position, FEW, MANY)?,
            allocations: each(last.allocated.times as f64),
            bytes: each(last.allocated.held as f64),
        };
        println!(
            "{contender:<42}{:>8.0} ({:>6.0}) ns {:>7.0} instructions {:>5.2} allocations, {:>6.0} bytes",
            row.median_ns, row.min_ns, row.instructions, row.allocations, row.bytes
        );
        rows.push(row);
    }
    arguments.save(&rows)
}
