use wf_instrument::wf_measure;

#[wf_measure(percentiles = [50, 99])]
fn f() {}

fn main() {}
