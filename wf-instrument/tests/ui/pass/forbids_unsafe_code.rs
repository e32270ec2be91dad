#![forbid(unsafe_code)]
#![deny(warnings)]

use wf_instrument::{wf_count, wf_gauge, wf_measure, wf_token};

#[wf_measure]
fn span<T>(value: T) -> T {
    value
}

#[wf_measure(ttft)]
fn generation() -> Result<u8, String> {
    wf_token!();
    Ok(1)
}

#[wf_measure(frame)]
fn frame() {}

fn main() {
    wf_count!("calls");
    wf_gauge!("level", 0.5);
    assert_eq!(span(generation()), Ok(1));
    frame();
}
