//! Code that the notes about returned streams and futures advise compiles.

use futures_util::stream::{self, BoxStream, StreamExt as _};
use wf_instrument::wf_measure;

#[wf_measure]
async fn call() -> Result<BoxStream<'static, u8>, String> {
    Ok(stream::empty().boxed())
}

#[wf_measure(ttft)]
async fn generation() -> Result<BoxStream<'static, u8>, String> {
    Ok(stream::empty().boxed())
}

trait Step: Future<Output = u8> {}

impl<F: Future<Output = u8>> Step for F {}

#[wf_measure]
fn step() -> impl Step + Future<Output = u8> {
    async { 1 }
}

fn main() {
    drop((call(), generation(), step()));
}
