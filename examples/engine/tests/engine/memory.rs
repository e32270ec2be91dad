use std::time::{Duration, Instant};

use serde_json::json;

use crate::http_client::begin_stream;
use crate::process::Process;

/// Concurrent requests. Each may use 50 MB.
const REQUESTS: usize = 12;

/// Far less than one round of requests may use, and more than threads and connections keep.
const BOUND: u64 = 150 << 20;

#[test]
fn memory_of_cancelled_requests_is_returned() {
    let engine = Process::start(&[
        "--no-load",
        "--advisory",
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
        let streams: Vec<_> = (0..REQUESTS).map(|_| begin()).collect();
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
