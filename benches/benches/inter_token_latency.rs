//! Inter-token latency that the engine records, beside the one that its clients measure.
//!
//! The reference engine runs under three loads, up to full load, where the threads that deliver
//! tokens wait for a processor. The figures of the engine stand beside those of the load's clients,
//! which use clocks of their own.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::process::ExitCode;

use serde::Serialize;
use wf_benches::{Arguments, Engine};

/// Requests per second.
const RATES: [&str; 3] = ["10", "100", "1000"];

const FLAGS: [&str; 5] = ["--variant", "tiny", "--advisory", "--duration", "10s"];

/// ITL in milliseconds at one load.
#[derive(Debug, Serialize)]
struct Latencies {
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
    println!("\nITL in ms: recorded by the engine, measured by its clients");
    let latencies = RATES.map(|rate| measure(&engine, rate));
    let latencies = latencies.into_iter().collect::<Result<Vec<_>, _>>()?;
    arguments.save(&latencies)
}

fn measure(engine: &Engine, rate: &'static str) -> Result<Latencies, String> {
    let flags: Vec<_> = FLAGS.iter().copied().chain(["--rate", rate]).collect();
    let report = engine.run(&flags)?;
    let millis = |pointer: &str| Ok::<_, String>(report.number(pointer)? * 1e3);
    let latencies = Latencies {
        rate,
        recorded_p50_ms: millis("/measured/gap_seconds/p50")?,
        recorded_p99_ms: millis("/measured/gap_seconds/p99")?,
        clients_p50_ms: millis("/load/gap_seconds/p50")?,
        clients_p99_ms: millis("/load/gap_seconds/p99")?,
    };
    println!(
        "{rate:>5} requests/s   p50 {:>8.3} {:>8.3}   p99 {:>8.3} {:>8.3}",
        latencies.recorded_p50_ms,
        latencies.clients_p50_ms,
        latencies.recorded_p99_ms,
        latencies.clients_p99_ms
    );
    Ok(latencies)
}
