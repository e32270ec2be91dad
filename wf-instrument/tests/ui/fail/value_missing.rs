use wf_instrument::wf_measure;

#[wf_measure(name)]
fn alone() {}

#[wf_measure(ttft, model =, slo)]
fn followed() {}

fn main() {}
