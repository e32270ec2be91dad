use wf_instrument::wf_measure;

#[wf_measure]
const LIMIT: u8 = 3;

#[wf_measure]
static COUNT: u8 = 3;

fn main() {}
