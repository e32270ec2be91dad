use wf_instrument::wf_measure;

#[wf_measure(target_fps = 60)]
fn f() {}

fn main() {}
