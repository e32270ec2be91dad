use wf_instrument::wf_measure;

#[wf_measure(ttft = true)]
fn f() {}

fn main() {}
