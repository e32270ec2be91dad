//! Runs a governor in advisory mode: it prints what it would do and moves nothing by itself.
//!
//! `cargo run -p wf-examples --example advisory`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::error::Error;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use wf_govern::Governor;
use wf_govern::gate::{Gate, Rejected};
use wf_instrument::{admitted, wf_measure};
use wf_sense::{Sensors, Watch};

/// Generates 20 tokens, 2 ms each, once the gate admits the request.
#[wf_measure(ttft, model = "parrot")]
fn generate(gate: &Gate) -> Result<impl Iterator<Item = &'static str> + use<>, Rejected> {
    let permit = gate.admit_blocking()?;
    admitted();
    Ok(std::iter::repeat_n("token", 20).inspect(move |_| {
        let _held_to_the_end = &permit;
        sleep(Duration::from_millis(2));
    }))
}

fn main() -> Result<(), Box<dyn Error>> {
    let gate = Gate::new(2, 100, Duration::from_secs(5));
    let watch = Watch::start(Sensors::new())?;
    let governor = Governor::builder()
        .target_ttft(Duration::from_millis(500))
        .target_inter_token_latency(Duration::from_millis(20))
        .knob(gate.knob(1..=64))
        .sensors(watch)
        .advisory()
        .start()?;

    // Eight clients for three seconds: more than the limit admits at once.
    let end = Instant::now() + Duration::from_secs(3);
    scope(|clients| {
        for _ in 0..8 {
            clients.spawn(|| {
                while Instant::now() < end {
                    match generate(&gate) {
                        Ok(tokens) => tokens.for_each(drop),
                        Err(rejected) => println!("{rejected}"),
                    }
                }
            });
        }
    });
    for record in governor.journal() {
        println!("{record}");
    }
    println!("limit {}: advice moves nothing", gate.limit());

    // An operator can still move a knob; the lease keeps the governor away from it.
    let limit = governor.set("concurrency", 4, Duration::from_secs(60))?;
    println!("set by hand to {limit}, limit {}", gate.limit());
    println!("bottleneck: {}", governor.status().diagnosis.bottleneck);
    Ok(())
}
