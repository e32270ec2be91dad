use wf_instrument::wf_measure;

trait Engine {
    #[wf_measure]
    fn generate(&self);
}

fn main() {}
