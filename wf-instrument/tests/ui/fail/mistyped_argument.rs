use wf_instrument::wf_measure;

#[wf_measure(tftt)]
fn transposed() {}

#[wf_measure(nmae = "x")]
fn swapped() {}

#[wf_measure(ttft, prompt = 3)]
fn a_part() {}

#[wf_measure(frame, fps = 60)]
fn another_part() {}

fn main() {}
