//! Measures frames: their duration, and how many met the target rate.
//!
//! `cargo run -p wf-examples --example frames`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::error::Error;
use std::thread::sleep;
use std::time::Duration;

use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Nanos, registry};

fn main() -> Result<(), Box<dyn Error>> {
    let canvas = registry::frame("canvas", "The whole window.", 60.0)?;
    for millis in [4, 4, 4, 30, 4] {
        // The frame ends when the guard is dropped.
        let _frame = canvas.enter();
        sleep(Duration::from_millis(millis));
    }

    let snapshot = Snapshot::take();
    let mut rows = snapshot.metrics.frames.iter();
    let row = rows.find(|row| &*row.frame == "canvas").ok_or("no frame")?;
    let quantile = |q| row.duration.quantile(q).map(Nanos::new).ok_or("no frame");
    println!("{} frames", row.duration.count());
    println!("p50 {}, p99 {}", quantile(0.5)?, quantile(0.99)?);
    // Late: longer than 1/60 s. Dropped: not drawn because of that; 30 ms take the time of two.
    println!(
        "{} late, {} dropped at {} fps",
        row.late, row.dropped, row.target_fps
    );
    Ok(())
}
