use std::fmt::Debug;

use wf_instrument::wf_measure;

#[wf_measure(ttft)]
fn both_ends() -> impl Iterator<Item = u8> + DoubleEndedIterator + Clone {
    [1, 2].into_iter()
}

#[wf_measure(ttft)]
fn boxed() -> Result<Box<dyn Iterator<Item = u8> + Send>, Box<dyn Debug>> {
    Ok(Box::new([1, 2].into_iter()))
}

fn main() {
    both_ends();
    let _ = boxed();
}
