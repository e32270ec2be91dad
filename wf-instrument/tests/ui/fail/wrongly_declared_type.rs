use std::future::{Ready, ready};

use futures_util::stream::{self, Empty};
use wf_instrument::wf_measure;

#[wf_measure(returns = future)]
fn future() -> Ready<u8> {
    ready(1)
}

#[wf_measure(ttft, returns = stream)]
fn stream() -> Result<Empty<u8>, String> {
    Ok(stream::empty())
}

#[wf_measure(ttft, returns = iterator)]
fn iterator() -> std::vec::IntoIter<u8> {
    vec![1].into_iter()
}

fn main() {}
