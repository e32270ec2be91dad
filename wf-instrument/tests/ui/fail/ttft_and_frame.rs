use wf_instrument::wf_measure;

#[wf_measure(ttft, frame)]
fn f() {}

fn main() {}
