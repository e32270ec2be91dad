//! Measures a receiver of tokens whose engine runs on a thread of its own and reports admission.
//!
//! `cargo run -p wf-examples --example engine_thread`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::error::Error;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{sleep, spawn};
use std::time::Duration;

use wf_instrument::record::{MeasureReceiver, Progress, Stamp};
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Nanos, admitted, registry};

/// Sent by the engine's thread to the client of one request.
enum Event {
    /// The request left the queue.
    Admitted,
    /// A token, and the time at which it was generated.
    Token(&'static str, Stamp),
}

/// A request: its prompt, and the channel for its events.
type Job = (&'static str, Sender<Event>);

/// The engine: one request at a time, 20 ms of prefill, 5 ms per token.
fn engine(jobs: &Receiver<Job>) {
    while let Ok((prompt, events)) = jobs.recv() {
        // A send fails if the client cancelled.
        if events.send(Event::Admitted).is_err() {
            continue;
        }
        sleep(Duration::from_millis(20));
        for word in prompt.split(' ') {
            sleep(Duration::from_millis(5));
            if events.send(Event::Token(word, Stamp::now())).is_err() {
                break;
            }
        }
    }
}

/// Records an event at the request whose receiver yields it.
fn judge(event: &Event) -> Progress {
    match event {
        Event::Admitted => {
            admitted();
            Progress::Tokens(0)
        }
        Event::Token(_, made) => Progress::TokensAt(1, *made),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let parrot = registry::generation("parrot", "Repeats the prompt.", None)?;
    let (jobs, received) = channel();
    let engine = spawn(move || engine(&received));

    let mut responses = Vec::new();
    for prompt in ["the first request is admitted at once", "the second waits"] {
        let (events, receiver) = channel();
        let response = MeasureReceiver::new(receiver, parrot.arrive(), judge);
        jobs.send((prompt, events))?;
        responses.push(response);
    }
    for response in responses {
        let words = response.filter_map(|event| match event {
            Event::Token(word, _) => Some(word),
            Event::Admitted => None,
        });
        println!("{}", words.collect::<Vec<_>>().join(" "));
    }
    drop(jobs);
    engine.join().map_err(|_| "the engine panicked")?;

    let snapshot = Snapshot::take();
    let mut rows = snapshot.metrics.generations.iter();
    let row = rows
        .find(|row| &*row.model == "parrot")
        .ok_or("not measured")?;
    let longest = |nanos: Option<u64>| {
        nanos.map_or("no samples".to_owned(), |nanos| {
            Nanos::new(nanos).to_string()
        })
    };
    println!("longest queue time: {}", longest(row.queue().max()));
    println!("longest prefill:    {}", longest(row.prefill().max()));
    println!(
        "longest TTFT:       {}",
        longest(row.time_to_first_token().max())
    );
    println!("{} tokens, {} ok", row.tokens, row.outcomes.ok);
    Ok(())
}
