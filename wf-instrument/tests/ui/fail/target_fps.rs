use wf_instrument::wf_measure;

#[wf_measure(frame, target_fps = 0)]
fn zero() {}

#[wf_measure(frame, target_fps = -60)]
fn negative() {}

#[wf_measure(frame, target_fps = "60")]
fn text() {}

#[wf_measure(frame, target_fps = 1e999)]
fn infinite() {}

fn main() {}
