use wf_instrument::wf_measure;

#[wf_measure(3, , = , ttft)]
fn f() {}

fn main() {}
