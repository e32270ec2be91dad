use wf_instrument::wf_measure;

#[wf_measure(labels)]
fn none() {}

#[wf_measure(labels = "cpu")]
fn value() {}

#[wf_measure(labels())]
fn empty() {}

#[wf_measure(labels(device))]
fn no_value() {}

#[wf_measure(labels(device = "cpu", device = "gpu", model_name = "gpt", __x = "y"))]
fn taken() {}

fn main() {}
