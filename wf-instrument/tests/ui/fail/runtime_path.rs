use wf_instrument::wf_measure;

#[wf_measure(crate = "my_app::wf")]
fn text() {}

fn main() {}
