//! Measures many models and tenants through one handle, and reads a window of the last seconds.
//!
//! `cargo run -p wf-examples --example models_and_labels`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::error::Error;

use wf_instrument::snapshot::{Snapshot, Window};
use wf_instrument::{Outcome, registry};

fn main() -> Result<(), Box<dyn Error>> {
    // One handle; each request brings its model and a value for each label.
    let chat = registry::labelled_generation("chat", "Chat completions.", None, &["tenant"])?;
    let serve = |model: &str, tenant: &str, tokens: u64| {
        let request = chat.arrive_with(&[model, tenant]);
        request.admitted();
        request.prompt_tokens(12);
        (0..tokens).for_each(|_| request.tokens(1));
        request
    };

    serve("llama-8b", "a", 3).end(Outcome::Ok);
    let before = Snapshot::take();
    serve("llama-8b", "a", 5).end(Outcome::Ok);
    let cut = serve("llama-8b", "b", 7);
    cut.truncated(); // finish reason "length"
    cut.end(Outcome::Ok);
    serve("llama-70b", "b", 2).end(Outcome::Error);
    drop(serve("llama-70b", "b", 1)); // cancelled
    let after = Snapshot::take();

    // A window is the difference of two snapshots: nothing is ever reset.
    let window = Window::between(&before, &after);
    for row in &window.metrics.generations {
        let tenant = row
            .labels
            .iter()
            .map(|(_, value)| &**value)
            .collect::<String>();
        println!(
            "{:<9} tenant {tenant}: {} arrived, {} ok, {} error, {} cancelled, {} truncated, \
             {} tokens",
            row.model,
            row.arrived,
            row.outcomes.ok,
            row.outcomes.error,
            row.outcomes.cancelled,
            row.truncated,
            row.tokens
        );
    }
    Ok(())
}
