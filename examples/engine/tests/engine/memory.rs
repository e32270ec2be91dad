use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::begin_stream;
use crate::process::Process;

/// Answers at once. What each may use of memory is 50 MB.
const ANSWERS: usize = 12;

/// Far less than what a round of answers may use, and more than what threads and connections keep.
const BOUND: u64 = 150 << 20;

#[test]
fn memory_of_answers_whose_clients_left_comes_back() {
    let engine = Process::start(&[
        "--no-load",
        "--no-governor",
        "--variant",
        "m15",
        "--max-concurrent",
        "64",
        "--max-wait",
        "60s",
    ]);
    let Some(idle) = engine.resident() else {
        return;
    };
    let long = json!({ "model": "m15", "prompt": "Hello", "max_tokens": 1_900, "stream": true });
    for _ in 0..4 {
        let begin = || begin_stream(engine.serve, "/v1/completions", &long);
        let streams: Vec<_> = (0..ANSWERS).map(|_| begin()).collect();
        drop(streams);
        wait_below(&engine, idle + BOUND);
    }
    engine.finish();
}

fn wait_below(engine: &Process, bound: u64) {
    let begun = Instant::now();
    loop {
        let resident = engine.resident().expect("it was readable before");
        if resident < bound {
            return;
        }
        let late = begun.elapsed() > Duration::from_secs(60);
        assert!(!late, "{resident} bytes are still held, of {bound}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
