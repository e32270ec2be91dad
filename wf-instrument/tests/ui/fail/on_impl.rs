use wf_instrument::wf_measure;

struct Model;

#[wf_measure]
impl Model {
    fn reply(&self) {}
}

fn main() {}
