//! Effect of the governor on a service with a bad start.
//!
//! From each of four bad starts the reference engine runs twice, governed and not, in turns, with
//! the same load, seed and queue. Tokens per second count from the start, so the time that the
//! governor needs is included; goodput and 99th percentiles count requests that arrive after the
//! warm-up, since a percentile of the first seconds describes the start only.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::process::ExitCode;

use serde::Serialize;
use wf_benches::{Arguments, Engine, Pairs, Report, Spread, take_turns};

/// A bad start, and the quantity that it affects.
struct Start {
    name: &'static str,
    affects: &'static str,
    flags: &'static [&'static str],
}

const STARTS: [Start; 4] = [
    Start {
        name: "one worker",
        affects: "goodput",
        flags: &["--workers", "1", "--max-concurrent", "16", "--rate", "8"],
    },
    Start {
        name: "sixteen workers",
        affects: "p99 ITL",
        flags: &["--workers", "16", "--max-concurrent", "16", "--rate", "8"],
    },
    Start {
        // The maximum wait of the queue rejects requests that would have waited, so TTFT does not
        // show the effect.
        name: "limit 1",
        affects: "goodput",
        flags: &["--workers", "2", "--max-concurrent", "1", "--rate", "8"],
    },
    Start {
        name: "limit 64 under overload",
        affects: "goodput",
        flags: &["--workers", "2", "--max-concurrent", "64", "--rate", "16"],
    },
];

/// A model that loads two cores, and a run that is long enough for the governor to settle and for
/// 99th percentiles after that.
const COMMON: [&str; 6] = ["--variant", "m15", "--duration", "40s", "--warm-up", "20s"];

/// Pairs per start, unless `--rounds` is set.
const PAIRS: usize = 5;

/// The compared quantities, and their JSON pointers in the report.
const QUANTITIES: [(&str, &str); 4] = [
    ("goodput", "/goodput/per_second"),
    ("tokens/s", "/tokens_per_second"),
    ("p99 TTFT", "/load/ttft_seconds/p99"),
    ("p99 ITL", "/load/gap_seconds/p99"),
];

/// The results of one start.
#[derive(Serialize)]
struct Outcome {
    start: &'static str,
    affects: &'static str,
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
    let ungoverned: Vec<_> = flags.iter().copied().chain(["--advisory"]).collect();
    let reports = take_turns(pairs, || engine.run(&flags), || engine.run(&ungoverned))?;
    let quantities = QUANTITIES
        .iter()
        .map(|&(name, pointer)| quantity(name, pointer, &reports));
    Ok(Outcome {
        start: start.name,
        affects: start.affects,
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
    println!("\n{} (affects {})", outcome.start, outcome.affects);
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
