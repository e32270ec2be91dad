use wf_instrument::wf_measure;

#[wf_measure(ttft name = "a")]
fn flag() {}

#[wf_measure(name = "a" ttft)]
fn value() {}

fn main() {}
