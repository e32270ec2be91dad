#![deny(dead_code)]

use wf_instrument::wf_measure;

#[wf_measure]
fn f() {}

#[wf_measure(ttft)]
async fn g() -> Result<(), String> {
    Ok(())
}

fn main() {}
