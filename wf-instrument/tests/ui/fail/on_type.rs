use wf_instrument::wf_measure;

#[wf_measure]
struct Model;

#[wf_measure(ttft)]
enum Chunk {}

fn main() {}
