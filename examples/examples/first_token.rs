//! Measures a stream of tokens: time to first token (TTFT) and inter-token latency (ITL).
//!
//! `cargo run -p wf-examples --example first_token`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::thread::sleep;
use std::time::Duration;

use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Nanos, wf_measure};

/// Generates one token per word, after a prefill of 40 ms.
#[wf_measure(ttft, model = "parrot", tokens = |word| !word.is_empty())]
fn generate(prompt: &str) -> impl Iterator<Item = String> {
    sleep(Duration::from_millis(40));
    let words: Vec<String> = prompt.split(' ').map(str::to_owned).collect();
    words.into_iter().inspect(|_| {
        sleep(Duration::from_millis(5));
    })
}

fn main() {
    let words = generate("a stream is measured to its end").count();
    // A client that stops reading cancels its request.
    generate("a stream that is cancelled after two tokens")
        .take(2)
        .for_each(drop);

    let snapshot = Snapshot::take();
    let mut rows = snapshot.metrics.generations.iter();
    let row = rows
        .find(|row| &*row.model == "parrot")
        .expect("the model was used");
    println!("{words} tokens in the first request, {} in all", row.tokens);
    println!("TTFT p50: {}", median(row.time_to_first_token()));
    println!("ITL p50:  {}", median(row.inter_token_latency()));
    println!(
        "{} ok, {} cancelled",
        row.outcomes.ok, row.outcomes.cancelled
    );
}

fn median(histogram: &HistogramSnapshot) -> String {
    match histogram.quantile(0.5) {
        Some(nanos) => Nanos::new(nanos).to_string(),
        None => "no samples".to_owned(),
    }
}
