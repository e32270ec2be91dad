use wf_instrument::wf_measure;

trait Engine {
    #[wf_measure]
    fn reply(&self);
}

fn main() {}
