use wf_instrument::wf_measure;

#[wf_measure]
trait Engine {}

fn main() {}
