//! Prints initial settings for this hardware, and chooses a batch size from measured throughput.
//!
//! `cargo run -p wf-examples --example initial_settings`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::time::Duration;

use wf_govern::sizing::batch::{Measurement, Sizing};
use wf_govern::sizing::{Hardware, Profile};
use wf_instrument::Bytes;
use wf_sense::Sensors;

fn main() {
    // The first reading of GPUs may take seconds: `settle` waits for it.
    let readings = Sensors::new().settle(Duration::from_secs(5)).read();
    println!("{}", Profile::of(Hardware::from_readings(&readings)));

    // Throughput grows with the batch size until the hardware is saturated.
    let measured = [(1, 100.0), (2, 180.0), (4, 290.0), (8, 310.0)];
    let measured = measured.map(|(size, tokens_per_second)| Measurement {
        size,
        tokens_per_second,
    });
    // 50 MiB for each sequence, in 1 GiB of which 15 % stay free as a reserve.
    let sequence = Bytes::new(50 << 20);
    let choice = Sizing::new(Bytes::new(1 << 30), sequence).choose(&measured);
    println!("{choice}");
}
