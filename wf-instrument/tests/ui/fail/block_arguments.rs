use wf_instrument::wf_measure;

struct Engine;

#[wf_measure(ttft, name = "engine", slo = "p99 < 1s")]
impl Engine {
    fn step(&self) {}

    #[wf_measure(frame, model = "gpt")]
    fn draw(&self) {}
}

fn main() {}
