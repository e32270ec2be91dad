//! One screen: the time to the first token of a stream, and the gaps between the others.
//!
//! `cargo run -p wf-examples --example first_token`
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::thread::sleep;
use std::time::Duration;

use wf_instrument::Nanos;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::wf_measure;

/// Words, one by one, after some thought.
#[wf_measure(ttft, model = "parrot", tokens = |word| !word.is_empty())]
fn answer(prompt: &str) -> impl Iterator<Item = String> {
    sleep(Duration::from_millis(40));
    prompt
        .split(' ')
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
        .inspect(|_| {
            sleep(Duration::from_millis(5));
        })
}

fn main() {
    let words = answer("a stream is measured to its end").count();
    // Somebody loses interest after two words: that is an outcome too.
    answer("a stream that nobody wants to the end")
        .take(2)
        .for_each(drop);

    let snapshot = Snapshot::take();
    let rows = snapshot.metrics.generations.iter();
    for row in rows.filter(|row| &*row.model == "parrot") {
        let millis = |nanos: Option<u64>| Nanos::new(nanos.unwrap_or_default()).as_millis();
        println!(
            "{words} words in the first answer; {} tokens in all",
            row.tokens
        );
        println!(
            "time to first token, p50: {:.1} ms",
            millis(row.time_to_first_token().quantile(0.5))
        );
        println!(
            "between tokens, p50:      {:.1} ms",
            millis(row.inter_token_latency().quantile(0.5))
        );
        println!(
            "ended ok {}, cancelled {}",
            row.outcomes.ok, row.outcomes.cancelled
        );
    }
}
