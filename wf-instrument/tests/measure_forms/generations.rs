//! `#[wf_measure(ttft)]` on each return shape.

use std::io;
use std::pin::Pin;
use std::time::Instant;

use futures_util::stream::{self, BoxStream, LocalBoxStream, Stream, StreamExt as _};
use wf_instrument::{wf_measure, wf_token};

use crate::common::{block_on, yield_now};

#[derive(Clone, Debug, PartialEq)]
struct Chunk {
    tokens: usize,
}

impl Chunk {
    fn token_count(&self) -> usize {
        self.tokens
    }
}

fn chunks(n: usize) -> impl Iterator<Item = Chunk> + Send {
    (0..n).map(|tokens| Chunk { tokens })
}

#[wf_measure(ttft)]
fn streamed(n: usize) -> impl Stream<Item = Chunk> {
    stream::iter(chunks(n))
}

#[wf_measure(ttft, tokens = |chunk| chunk.token_count(), slo = "p99 < 500ms")]
fn streamed_send(n: usize) -> impl Stream<Item = Chunk> + Send + Unpin + 'static {
    stream::iter(chunks(n))
}

#[wf_measure(ttft, tokens = Chunk::token_count)]
async fn streamed_later(n: usize) -> impl Stream<Item = Chunk> {
    yield_now().await;
    stream::iter(chunks(n))
}

#[wf_measure(ttft, tokens = |chunk| chunk.token_count())]
async fn streamed_or_not(n: usize) -> Result<impl Stream<Item = Result<Chunk, String>>, io::Error> {
    if n > 9 {
        return Err(io::Error::other("too many"));
    }
    yield_now().await;
    Ok(stream::iter(chunks(n)).map(Ok))
}

#[wf_measure(ttft)]
fn pinned<'a>(names: &'a [&str]) -> Pin<Box<dyn Stream<Item = &'a str> + Send + 'a>> {
    Box::pin(stream::iter(names.iter().copied()))
}

#[wf_measure(ttft, tokens = |chunk| if chunk.tokens > 0 { 1 } else { 0 })]
fn boxed(n: usize) -> Result<BoxStream<'static, Chunk>, String> {
    if n > 9 {
        return Err(format!("{n} are too many"));
    }
    Ok(stream::iter(chunks(n)).boxed())
}

#[wf_measure(ttft)]
async fn boxed_later(n: usize) -> Result<BoxStream<'static, Result<Chunk, io::Error>>, io::Error> {
    Ok(stream::iter(chunks(n)).map(Ok).boxed())
}

#[wf_measure(ttft, tokens = |chunk| chunk.token_count())]
fn boxed_for_ever<T: AsRef<str>>(text: T) -> BoxStream<'static, Chunk> {
    stream::iter(chunks(text.as_ref().len())).boxed()
}

#[wf_measure(ttft, tokens = |chunk| chunk.token_count())]
fn uncaptured(text: &str) -> impl Stream<Item = Chunk> + use<> {
    stream::iter(chunks(text.len()))
}

#[wf_measure(ttft)]
fn generic<T: Clone>(items: &[T]) -> impl Iterator<Item = Result<T, ()>> {
    items.iter().cloned().map(Ok)
}

#[wf_measure(ttft, tokens = |chunk| chunk.tokens * scale)]
fn captured(n: usize, scale: usize) -> impl Iterator<Item = Chunk> {
    chunks(n * scale)
}

#[wf_measure(ttft)]
fn local(n: usize) -> LocalBoxStream<'static, Chunk> {
    stream::iter(chunks(n)).boxed_local()
}

#[wf_measure(ttft)]
fn unpinned(n: usize) -> Box<dyn Stream<Item = Chunk> + Unpin> {
    Box::new(stream::iter(chunks(n).collect::<Vec<_>>()))
}

#[wf_measure(ttft)]
fn iterated(n: usize) -> impl Iterator<Item = Chunk> {
    chunks(n)
}

#[wf_measure(ttft, tokens = |chunk| chunk.tokens > 0)]
fn iterated_box(n: usize) -> Box<dyn Iterator<Item = Chunk> + Send> {
    if n == 0 {
        return Box::new(std::iter::empty());
    }
    Box::new(chunks(n))
}

#[wf_measure(ttft)]
fn iterated_or_not(n: usize) -> Result<Box<dyn Iterator<Item = Result<Chunk, String>>>, String> {
    if n > 9 {
        Err(format!("{n} are too many"))?;
    }
    Ok(Box::new(chunks(n).map(Ok)))
}

#[wf_measure(ttft)]
async fn iterated_later(n: usize) -> io::Result<impl Iterator<Item = Chunk>> {
    yield_now().await;
    Ok(chunks(n))
}

#[wf_measure(ttft)]
fn returned_future(n: usize) -> impl Future<Output = Result<BoxStream<'static, Chunk>, String>> {
    async move {
        if n > 9 {
            return Err("too many".to_owned());
        }
        Ok(stream::iter(chunks(n)).boxed())
    }
}

#[wf_measure(ttft)]
fn boxed_future(n: usize) -> futures_util::future::BoxFuture<'static, BoxStream<'static, Chunk>> {
    let chunks = chunks(n);
    Box::pin(async move { stream::iter(chunks).boxed() })
}

#[wf_measure(ttft)]
fn counted(n: usize, mut on_token: impl FnMut(usize)) -> Result<usize, String> {
    if n > 9 {
        return Err(format!("{n} are too many"));
    }
    for token in 0..n {
        wf_token!();
        on_token(token);
    }
    Ok(n)
}

#[wf_measure(ttft, model = model, prompt_tokens = prompt.len(), queued_at = arrived, returns = value)]
async fn counted_later(
    model: &str,
    prompt: &[u32],
    arrived: Instant,
) -> Option<Box<dyn Fn() -> usize>> {
    for _ in prompt {
        yield_now().await;
        wf_token!(1);
    }
    let n = prompt.len();
    Some(Box::new(move || n))
}

#[wf_measure(ttft)]
fn counted_from_future(n: usize) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send>> {
    Box::pin(async move {
        wf_token!(n);
        Ok(n)
    })
}

#[wf_measure(ttft)]
fn counted_reborrow(buffer: &mut [u32; 1]) -> &mut [u32] {
    wf_token!();
    buffer
}

fn n_of(stream: impl Stream) -> usize {
    block_on(stream.count())
}

#[test]
fn streams_yield_the_same() {
    assert_eq!(n_of(streamed(3)), 3);
    assert_eq!(n_of(streamed_send(3)), 3);
    assert_eq!(n_of(block_on(streamed_later(3))), 3);
    assert_eq!(n_of(block_on(streamed_or_not(3)).unwrap()), 3);
    assert!(block_on(streamed_or_not(10)).is_err());
    assert_eq!(
        block_on(pinned(&["a", "b"]).collect::<Vec<_>>()),
        ["a", "b"]
    );
    assert_eq!(n_of(boxed(3).unwrap()), 3);
    assert!(boxed(10).is_err());
    assert_eq!(n_of(block_on(boxed_later(3)).unwrap()), 3);
    assert_eq!((n_of(local(3)), n_of(unpinned(3))), (3, 3));
    assert_eq!(
        (
            n_of(boxed_for_ever(String::from("abc"))),
            n_of(uncaptured("abc"))
        ),
        (3, 3)
    );
    assert_eq!(n_of(block_on(returned_future(3)).unwrap()), 3);
    assert_eq!(n_of(block_on(boxed_future(3))), 3);
}

#[test]
fn iterators_yield_the_same() {
    assert!(iterated(3).eq(chunks(3)));
    assert_eq!((generic(&[1, 2]).count(), captured(2, 2).count()), (2, 4));
    assert_eq!((iterated_box(0).count(), iterated_box(3).count()), (0, 3));
    assert_eq!(iterated_or_not(3).unwrap().count(), 3);
    assert!(iterated_or_not(10).is_err());
    assert_eq!(block_on(iterated_later(3)).unwrap().count(), 3);
}

#[test]
fn functions_that_count_tokens_return_the_same() {
    let mut received = Vec::new();
    assert_eq!(counted(3, |token| received.push(token)), Ok(3));
    assert_eq!(received, [0, 1, 2]);
    assert!(counted(10, |_| {}).is_err());
    assert_eq!(
        block_on(counted_later("gpt", &[1, 2], Instant::now())).unwrap()(),
        2
    );
    assert_eq!(block_on(counted_from_future(4)), Ok(4));
    assert_eq!(counted_reborrow(&mut [1]), [1]);
}

#[test]
fn streams_stay_send() {
    fn is_send(_: &impl Send) {}
    is_send(&streamed(1));
    is_send(&streamed_send(1));
    is_send(&streamed_later(1));
    is_send(&boxed_later(1));
    is_send(&iterated(1));
}
