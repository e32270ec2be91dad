//! Accuracy of a measured duration.
//!
//! A body of known length, a chain of dependent multiplications, runs many times in a row: the
//! total time divided by the number of runs is its length. The duration that each contender reports
//! for one run stands beside it. Processors read the clock early or delay the read, and a short
//! body shows it. `--features fenced` runs the same with clock readings in program order.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use wf_benches::{Arguments, Figure, Spread};
use wf_instrument::snapshot::Snapshot;
use wf_instrument::wf_measure;

/// Lengths of the bodies in multiplications, and their approximate nanoseconds.
const BODIES: [(&str, u64); 3] = [("50 ns", 60), ("500 ns", 600), ("5 µs", 6_000)];

const RUNS: u64 = 20_000;
const ROUNDS: usize = 31;

/// Contenders that measure the duration of a run: the mean over a number of runs.
type Clock = (&'static str, fn(u64, u64) -> f64);

const CLOCKS: [Clock; 4] = [
    ("the truth", truth),
    ("wf", by_wf),
    ("std Instant", by_instant),
    ("quanta", by_quanta),
];

fn main() -> ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let mut figures = Vec::new();
    for (question, links) in BODIES {
        let mut times = CLOCKS.map(|_| Vec::new());
        for _ in 0..arguments.rounds.unwrap_or(ROUNDS) {
            for (times, (_, measure)) in times.iter_mut().zip(CLOCKS) {
                times.push(measure(links, RUNS));
            }
        }
        println!("\na body of about {question}: ns, median [smallest–largest]");
        for (times, (contender, _)) in times.into_iter().zip(CLOCKS) {
            let spread = Spread::of(times);
            println!("{contender:<14} {spread}");
            figures.push(Figure {
                question,
                contender,
                of: "thread",
                threads: 1,
                median_ns: spread.median,
                min_ns: spread.min,
            });
        }
    }
    arguments.save(&figures)
}

/// Each multiplication depends on the previous one, across runs too: nothing overlaps.
#[inline(always)]
fn body(links: u64, seed: u64) -> u64 {
    (0..links).fold(seed, |x, _| {
        black_box(x.wrapping_mul(0x2545_F491_4F6C_DD1D))
    })
}

fn truth(links: u64, runs: u64) -> f64 {
    let start = Instant::now();
    let end = (0..runs).fold(1, |seed, _| body(links, seed));
    let took = start.elapsed();
    black_box(end);
    took.as_secs_f64() * 1e9 / runs as f64
}

fn by_wf(links: u64, runs: u64) -> f64 {
    #[wf_measure(name = "accuracy")]
    fn measured(links: u64, seed: u64) -> u64 {
        body(links, seed)
    }
    let recorded = || {
        let spans = Snapshot::take().metrics.spans;
        let row = spans.into_iter().find(|row| &*row.span == "accuracy");
        row.expect("the site is known").ok
    };
    let before = recorded();
    black_box((0..runs).fold(1, |seed, _| measured(links, seed)));
    recorded().minus(&before).mean().unwrap_or(f64::NAN)
}

fn by_instant(links: u64, runs: u64) -> f64 {
    mean(runs, |seed| {
        let start = Instant::now();
        let end = body(links, seed);
        (end, start.elapsed().as_secs_f64() * 1e9)
    })
}

fn by_quanta(links: u64, runs: u64) -> f64 {
    let clock = quanta::Clock::new();
    mean(runs, |seed| {
        let start = clock.raw();
        let end = body(links, seed);
        (end, clock.delta_as_nanos(start, clock.raw()) as f64)
    })
}

fn mean(runs: u64, mut timed: impl FnMut(u64) -> (u64, f64)) -> f64 {
    let (mut seed, mut sum) = (1, 0.0);
    for _ in 0..runs {
        let (end, took) = timed(seed);
        (seed, sum) = (end, sum + took);
    }
    black_box(seed);
    sum / runs as f64
}
