use std::pin::Pin;

use futures_util::stream::{self, Empty, Stream};
use wf_instrument::wf_measure;

type Tokens = Pin<Box<dyn Stream<Item = u8>>>;

#[wf_measure]
fn alias() -> Tokens {
    Box::pin(stream::empty())
}

#[wf_measure]
async fn concrete() -> Result<Empty<u8>, String> {
    Ok(stream::empty())
}

fn main() {}
