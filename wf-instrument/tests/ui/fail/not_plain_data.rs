use std::pin::Pin;

use futures_util::stream::{self, Stream};
use wf_instrument::{wf_measure, wf_token};

struct ReceiverStream<T>(T);

struct Sse<S>(S);

struct Body(Box<dyn FnMut() -> Option<Vec<u8>>>);

struct Response<B>(B);

struct Chunk {
    text: String,
}

type Tokens = Pin<Box<dyn Stream<Item = u8>>>;

#[wf_measure(ttft)]
fn stream() -> ReceiverStream<u8> {
    ReceiverStream(0)
}

#[wf_measure(ttft)]
async fn receiver() -> Result<std::sync::mpsc::Receiver<u8>, String> {
    Err(String::new())
}

#[wf_measure(ttft)]
fn iterator() -> std::vec::IntoIter<u8> {
    vec![0].into_iter()
}

#[wf_measure(ttft)]
fn mentioned() -> Sse<impl Stream<Item = u8>> {
    Sse(stream::once(async {
        wf_token!();
        0
    }))
}

#[wf_measure(ttft)]
async fn optional() -> Option<(u64, impl Iterator<Item = u8>)> {
    Some((1, std::iter::empty()))
}

#[wf_measure(ttft)]
fn response() -> Response<Body> {
    Response(Body(Box::new(|| None)))
}

#[wf_measure(ttft)]
fn named() -> Tokens {
    Box::pin(stream::empty())
}

#[wf_measure(ttft)]
fn generic<T>(value: T) -> Vec<T> {
    vec![value]
}

#[wf_measure(ttft)]
async fn own_type() -> Result<Chunk, String> {
    wf_token!();
    Ok(Chunk {
        text: String::new(),
    })
}

#[wf_measure(ttft)]
fn handed_on() -> impl Future<Output = Chunk> {
    async {
        Chunk {
            text: String::new(),
        }
    }
}

fn main() {}
