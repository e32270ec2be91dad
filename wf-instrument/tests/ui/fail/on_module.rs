use wf_instrument::wf_measure;

#[wf_measure]
mod inner {
    pub fn reply() {}
}

fn main() {}
