//! Limits concurrency with an admission gate: a limit, a bounded queue, a maximum wait.
//!
//! `cargo run -p wf-examples --example gate`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use wf_govern::gate::{Gate, Rejected};

/// Serves a request of 150 ms once the gate admits it, and returns the queue time.
fn serve(gate: &Gate) -> Result<Duration, Rejected> {
    let arrival = Instant::now();
    // Async code writes `gate.admit().await?`.
    let _permit = gate.admit_blocking()?;
    let queue_time = arrival.elapsed();
    sleep(Duration::from_millis(150));
    Ok(queue_time)
}

/// Sends `count` requests, 10 ms apart, and prints what became of them.
fn burst(gate: &Gate, count: usize) {
    scope(|threads| {
        for number in 1..=count {
            threads.spawn(move || match serve(gate) {
                Ok(wait) => println!("  request {number}: ok, queued {} ms", wait.as_millis()),
                Err(rejected) => println!("  request {number}: rejected, {rejected}"),
            });
            sleep(Duration::from_millis(10));
        }
    });
}

fn main() {
    let gate = Gate::new(1, 2, Duration::from_millis(200));
    println!("limit {}, at most 2 in the queue:", gate.limit());
    burst(&gate, 4);

    // The limit can move at any time; a higher one admits queued requests at once.
    gate.set_limit(4);
    println!("limit {}:", gate.limit());
    burst(&gate, 4);
    println!("{} in use, {} queued", gate.in_use(), gate.queue_depth());
}
