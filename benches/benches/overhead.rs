//! Cost of measuring on a real engine.
//!
//! The same engine is built twice, with the feature `enabled` and without, and runs under overload,
//! in turns; the result is tokens per second. Neither is governed, so measuring is the only
//! difference.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::process::ExitCode;

use wf_benches::{Arguments, Engine, Pairs, Spread, take_turns};

/// Pairs of runs, unless `--rounds` is set.
const PAIRS: usize = 7;

/// The small model generates the most tokens per second, so the share of measuring is largest.
const FLAGS: [&str; 10] = [
    "--variant",
    "tiny",
    "--rate",
    "2000",
    "--max-concurrent",
    "16",
    "--workers",
    "2",
    "--duration",
    "10s",
];

fn main() -> ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let measuring = Engine::build("", &[])?;
    let bare = Engine::build("bare", &["--no-default-features"])?;
    let governed: Vec<_> = FLAGS.iter().copied().chain(["--advisory"]).collect();
    let rounds = arguments.rounds.unwrap_or(PAIRS);
    let reports = take_turns(rounds, || measuring.run(&governed), || bare.run(&governed))?;
    let mut pairs = Pairs::new("tokens/s");
    for (with, without) in &reports {
        pairs.with.push(with.number("/tokens_per_second")?);
        pairs.without.push(without.number("/tokens_per_second")?);
    }
    println!("\ntokens/s, median [smallest–largest] of {rounds} runs");
    println!("measuring      {}", Spread::of(pairs.with.clone()));
    println!("not measuring  {}", Spread::of(pairs.without.clone()));
    println!("ratio          {}", pairs.ratio());
    arguments.save(&[pairs])
}
