//! Does the governor help a service that was started badly?
//!
//! From each of four bad starts the reference engine runs twice, governed and not, taking turns;
//! the load, its seed and the queue are the same. Tokens a second count from the first moment on,
//! so the time that the governor needs to find its way is charged to it; goodput and the 99th
//! percentiles count the requests that arrive after a warm-up, since a percentile of the first
//! seconds is one of the start.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::process::ExitCode;

use serde::Serialize;
use wf_benches::{Arguments, Engine, Pairs, Report, Spread, take_turns};

/// A start that hurts, and the quantity that it hurts.
struct Start {
    name: &'static str,
    hurts: &'static str,
    flags: &'static [&'static str],
}

const STARTS: [Start; 4] = [
    Start {
        name: "one worker",
        hurts: "goodput",
        flags: &["--workers", "1", "--max-concurrent", "16", "--rate", "8"],
    },
    Start {
        name: "sixteen workers",
        hurts: "p99 gap",
        flags: &["--workers", "16", "--max-concurrent", "16", "--rate", "8"],
    },
    Start {
        // The queue's bounded wait turns away who would have waited, so it is not the time to first
        // token that shows it.
        name: "one at a time",
        hurts: "goodput",
        flags: &["--workers", "2", "--max-concurrent", "1", "--rate", "8"],
    },
    Start {
        name: "64 at once under overload",
        hurts: "goodput",
        flags: &["--workers", "2", "--max-concurrent", "64", "--rate", "16"],
    },
];

/// The model that two cores feel; a run long enough for the governor to settle and for 99th
/// percentiles after that.
const COMMON: [&str; 6] = ["--variant", "m15", "--duration", "40s", "--warm-up", "20s"];

/// Pairs a start, unless `--rounds` says otherwise.
const PAIRS: usize = 5;

/// The quantities compared, and their places in the report of the engine.
const QUANTITIES: [(&str, &str); 4] = [
    ("goodput", "/goodput/per_second"),
    ("tokens/s", "/tokens_per_second"),
    ("p99 TTFT", "/load/ttft_seconds/p99"),
    ("p99 gap", "/load/gap_seconds/p99"),
];

/// The results of one start.
#[derive(Serialize)]
struct Outcome {
    start: &'static str,
    hurts: &'static str,
    quantities: Vec<Pairs>,
}

fn main() -> ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let engine = Engine::build("", &[])?;
    let pairs = arguments.rounds.unwrap_or(PAIRS);
    let mut outcomes = Vec::new();
    for start in STARTS.iter().filter(|start| arguments.wants(start.name)) {
        let outcome = compare(&engine, start, pairs)?;
        print(&outcome);
        outcomes.push(outcome);
    }
    arguments.save(&outcomes)
}

fn compare(engine: &Engine, start: &Start, pairs: usize) -> Result<Outcome, String> {
    let flags: Vec<_> = COMMON.iter().chain(start.flags).copied().collect();
    let ungoverned: Vec<_> = flags.iter().copied().chain(["--no-governor"]).collect();
    let reports = take_turns(pairs, || engine.run(&flags), || engine.run(&ungoverned))?;
    let quantities = QUANTITIES
        .iter()
        .map(|&(name, pointer)| quantity(name, pointer, &reports));
    Ok(Outcome {
        start: start.name,
        hurts: start.hurts,
        quantities: quantities.collect::<Result<_, _>>()?,
    })
}

fn quantity(
    name: &'static str,
    pointer: &str,
    reports: &[(Report, Report)],
) -> Result<Pairs, String> {
    let mut pairs = Pairs::new(name);
    for (governed, ungoverned) in reports {
        pairs.with.push(governed.number(pointer)?);
        pairs.without.push(ungoverned.number(pointer)?);
    }
    Ok(pairs)
}

fn print(outcome: &Outcome) {
    println!("\n{} (hurts {})", outcome.start, outcome.hurts);
    println!(
        "{:<10} {:>26} {:>26} {:>26}",
        "", "governed", "not governed", "ratio"
    );
    for pairs in &outcome.quantities {
        let cells = [
            Spread::of(pairs.with.clone()),
            Spread::of(pairs.without.clone()),
            pairs.ratio(),
        ];
        let cells = cells.map(|spread| spread.to_string());
        println!(
            "{:<10} {:>26} {:>26} {:>26}",
            pairs.quantity, cells[0], cells[1], cells[2]
        );
    }
}
