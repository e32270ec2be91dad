//! Are the gaps between tokens that the engine records those that its clients see?
//!
//! The reference engine under three loads, up to one that keeps every processor busy, so that the
//! threads which deliver tokens have to wait for one. What the engine recorded of its own tokens
//! stands beside what the clients of its load measured with clocks of their own.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::process::ExitCode;

use serde::Serialize;
use wf_benches::{Arguments, Engine};

/// Requests a second.
const RATES: [&str; 3] = ["10", "100", "1000"];

const FLAGS: [&str; 5] = ["--variant", "tiny", "--no-governor", "--duration", "10s"];

/// Milliseconds between tokens at one load.
#[derive(Debug, Serialize)]
struct Gaps {
    rate: &'static str,
    recorded_p50_ms: f64,
    recorded_p99_ms: f64,
    clients_p50_ms: f64,
    clients_p99_ms: f64,
}

fn main() -> ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let engine = Engine::build("", &[])?;
    println!("\nms between tokens: recorded by the engine, measured by its clients");
    let gaps = RATES.map(|rate| measure(&engine, rate));
    let gaps = gaps.into_iter().collect::<Result<Vec<_>, _>>()?;
    arguments.save(&gaps)
}

fn measure(engine: &Engine, rate: &'static str) -> Result<Gaps, String> {
    let flags: Vec<_> = FLAGS.iter().copied().chain(["--rate", rate]).collect();
    let report = engine.run(&flags)?;
    let millis = |pointer: &str| Ok::<_, String>(report.number(pointer)? * 1e3);
    let gaps = Gaps {
        rate,
        recorded_p50_ms: millis("/measured/gap_seconds/p50")?,
        recorded_p99_ms: millis("/measured/gap_seconds/p99")?,
        clients_p50_ms: millis("/load/gap_seconds/p50")?,
        clients_p99_ms: millis("/load/gap_seconds/p99")?,
    };
    println!(
        "{rate:>5} requests/s   p50 {:>8.3} {:>8.3}   p99 {:>8.3} {:>8.3}",
        gaps.recorded_p50_ms, gaps.clients_p50_ms, gaps.recorded_p99_ms, gaps.clients_p99_ms
    );
    Ok(gaps)
}
