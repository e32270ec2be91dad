//! Depends on the SDK under another name.

use metrics_sdk::{wf_count, wf_frame, wf_gauge, wf_measure, wf_token};

#[wf_measure(ttft)]
fn generate(n: u64) -> Result<u64, String> {
    wf_token!(n);
    wf_count!("requests");
    wf_gauge!("last_request", 1.0);
    wf_frame!("canvas");
    Ok(n)
}

struct Engine;

#[wf_measure]
impl Engine {
    async fn step(&self) -> u64 {
        2
    }
}

fn main() {
    let _later = Engine.step();
    println!("{:?}", generate(2));
    let metrics = metrics_sdk::snapshot::Snapshot::take().metrics;
    println!("{} {}", metrics.generations[0].tokens, metrics.spans[0].span);
}
