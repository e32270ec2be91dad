//! Cost of an event by the number of series that take turns, beside peers with as many.
//!
//! One series stays in the nearest cache; a thousand do not fit. The series take turns in an order
//! that no prefetcher foresees. The rows "table" and "bare" show what turns and calls cost alone.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use histogram::AtomicHistogram;
use prometheus::{HistogramOpts, IntCounter};
use wf_benches::{Arguments, Contest, in_turn};
use wf_instrument::histogram::Recorder;
use wf_instrument::{Counter, Outcome, registry, wf_measure};

/// An array of ten, each made by a macro from its arguments: `ten!(ten, make)` is ten tens.
macro_rules! ten {
    ($make:ident $(, $of:ident)*) => {
        [
            $make!($($of),*), $make!($($of),*), $make!($($of),*), $make!($($of),*),
            $make!($($of),*), $make!($($of),*), $make!($($of),*), $make!($($of),*),
            $make!($($of),*), $make!($($of),*),
        ]
    };
}

macro_rules! bare {
    () => {{
        #[inline(never)]
        fn function() {
            black_box(());
        }
        function as fn()
    }};
}

macro_rules! measured {
    () => {{
        #[wf_measure]
        #[inline(never)]
        fn function() {
            black_box(());
        }
        function as fn()
    }};
}

fn main() -> ExitCode {
    wf_benches::main(|arguments| {
        let contests = [counters(), histograms(), functions()];
        let arguments = &Arguments {
            rounds: arguments.rounds.or(Some(ROUNDS)),
            ..arguments.clone()
        };
        let figures = contests.iter().flat_map(|contest| contest.run(arguments));
        arguments.save(&figures.collect::<Vec<_>>())
    })
}

/// Batches of each contender: fewer than in other benches, since they are longer.
const ROUNDS: usize = 31;

/// Some hundred turns of a thousand series, so that what the first turn fetches counts little.
const BATCH: Duration = Duration::from_millis(5);

/// The most series of one kind.
const MOST: usize = 1_000;

static COUNTERS: [Counter; MOST] = [const { Counter::new() }; MOST];
static ATOMICS: [AtomicU64; MOST] = [const { AtomicU64::new(0) }; MOST];
static METRIKEN: [metriken::Counter; MOST] = [const { metriken::Counter::new() }; MOST];
static RECORDERS: [Recorder; MOST] = [const { Recorder::new() }; MOST];

fn counters() -> Contest {
    let contest = Contest::new("counters that take turns").batches_of(BATCH);
    let names = ["table, 10", "table, 100", "table, 1,000"];
    let contest = by_number(contest, names, |i| &ATOMICS[i], |_| ());
    let names = ["wf, 10", "wf, 100", "wf, 1,000"];
    let contest = by_number(contest, names, |i| &COUNTERS[i], |c| c.add(black_box(1)));
    let names = ["AtomicU64, 10", "AtomicU64, 100", "AtomicU64, 1,000"];
    let add = |c: &AtomicU64| {
        c.fetch_add(black_box(1), Ordering::Relaxed);
    };
    let contest = by_number(contest, names, |i| &ATOMICS[i], add);
    let names = ["metriken, 10", "metriken, 100", "metriken, 1,000"];
    let add = |c: &metriken::Counter| {
        c.add(black_box(1));
    };
    let contest = by_number(contest, names, |i| &METRIKEN[i], add);
    let names = ["prometheus, 10", "prometheus, 100", "prometheus, 1,000"];
    let make = |_| leaked(IntCounter::new("c", "c").expect("its name is valid"));
    by_number(contest, names, make, |c| c.inc_by(black_box(1)))
}

/// Samples of one octave, as the durations of one function mostly are.
fn histograms() -> Contest {
    let contest = Contest::new("histograms that take turns").batches_of(BATCH);
    let names = ["wf, 10", "wf, 100", "wf, 1,000"];
    let contest = by_number(contest, names, |i| &RECORDERS[i], |h| h.record(sample()));
    let names = [
        "AtomicHistogram, 10",
        "AtomicHistogram, 100",
        "AtomicHistogram, 1,000",
    ];
    let make = |_| leaked(AtomicHistogram::new(7, 64).expect("as its documentation has it"));
    let contest = by_number(contest, names, make, |h| drop(h.increment(sample())));
    let names = ["prometheus, 10", "prometheus, 100", "prometheus, 1,000"];
    let make = |_| {
        let options = HistogramOpts::new("h", "h");
        leaked(prometheus::Histogram::with_opts(options).expect("its name is valid"))
    };
    by_number(contest, names, make, |h| h.observe(sample() as f64 * 1e-9))
}

fn sample() -> u64 {
    black_box(1_500_000)
}

fn functions() -> Contest {
    let contest = Contest::new("functions that take turns").batches_of(BATCH);
    let names = ["bare, 10", "bare, 100", "bare, 1,000"];
    let contest = by_number(contest, names, |i| at(&BARE, i), |function| function());
    let names = ["wf, 10", "wf, 100", "wf, 1,000"];
    let contest = by_number(contest, names, |i| at(&MEASURED, i), |function| function());
    // One code for all: the difference to the functions is their own code in the caches.
    let names = [
        "wf, by handle, 10",
        "wf, by handle, 100",
        "wf, by handle, 1,000",
    ];
    let make = |i| registry::span(&format!("span {i}"), "").expect("fewer than the limit");
    by_number(contest, names, make, |span| span.start().end(Outcome::Ok))
}

/// A thousand functions, in tens of tens.
type Functions = [[[fn(); 10]; 10]; 10];

static BARE: Functions = ten!(ten, ten, bare);
static MEASURED: Functions = ten!(ten, ten, measured);

fn at(functions: &'static Functions, i: usize) -> &'static fn() {
    &functions[i / 100][i / 10 % 10][i % 10]
}

/// Adds a contender for 10, one for 100 and one for 1,000 of the series that `make` returns.
fn by_number<T: Sync + 'static>(
    mut contest: Contest,
    names: [&'static str; 3],
    make: impl Fn(usize) -> &'static T,
    event: impl Fn(&'static T) + Copy + Sync + 'static,
) -> Contest {
    for (name, number) in names.into_iter().zip([10, 100, MOST]) {
        let made: Vec<_> = (0..number).map(&make).collect();
        // The prime step spreads those that follow one another, and visits each: it divides no
        // number of series.
        let turns: Vec<_> = (0..number).map(|i| made[i * 619 % number]).collect();
        contest = contest.contender(name, move |n| in_turn(n, &turns, |&series| event(series)));
    }
    contest
}

fn leaked<T>(made: T) -> &'static T {
    Box::leak(Box::new(made))
}
