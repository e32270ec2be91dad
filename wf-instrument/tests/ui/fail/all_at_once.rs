use wf_instrument::wf_measure;

#[wf_measure(tftt, name = 3, model = "gpt", slo = "fast", frame, frame, target_fps = 0)]
const fn f() {}

fn main() {}
