use wf_instrument::wf_measure;

#[wf_measure(name = "a", name = "b")]
fn value() {}

#[wf_measure(ttft, ttft)]
fn flag() {}

fn main() {}
