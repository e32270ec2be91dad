//! Measures a function by its outcomes, with a counter and a gauge of the application.
//!
//! `cargo run -p wf-examples --example outcomes`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::io;

use wf_instrument::snapshot::Snapshot;
use wf_instrument::{wf_count, wf_gauge, wf_measure};

/// Reads the weights of a layer.
#[wf_measure(name = "load_layer")]
fn load(layer: u32) -> io::Result<u32> {
    if layer == 7 {
        return Err(io::Error::other("layer 7 is damaged"));
    }
    wf_count!("layers_loaded");
    wf_gauge!("last_layer", f64::from(layer));
    Ok(layer)
}

fn main() {
    let loaded = (0..10).filter_map(|layer| load(layer).ok()).count();
    println!("{loaded} layers loaded");

    let metrics = Snapshot::take().metrics;
    let mut spans = metrics.spans.iter();
    let span = spans
        .find(|span| &*span.span == "load_layer")
        .expect("the function was called");
    println!(
        "{} {:?}, {} in flight",
        span.help,
        span.outcomes(),
        span.in_flight
    );
    for counter in &metrics.counters {
        println!("{}_total {}", counter.name, counter.value);
    }
    for gauge in &metrics.gauges {
        println!("{} {}", gauge.name, gauge.value);
    }
}
