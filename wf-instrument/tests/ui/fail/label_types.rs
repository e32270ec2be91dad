use wf_instrument::wf_measure;

#[wf_measure(labels(layer = layer))]
fn forward(layer: usize) -> usize {
    layer
}

fn main() {
    forward(1);
}
