use std::future::{Future, IntoFuture, Ready, ready};
use std::pin::Pin;

use wf_instrument::wf_measure;

type Alias = Pin<Box<dyn Future<Output = Result<u8, String>> + Send>>;

struct JoinHandle<T>(Ready<T>);

impl<T> Future for JoinHandle<T> {
    type Output = T;

    fn poll(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<T> {
        std::task::Poll::Pending
    }
}

trait Service {
    type Future: Future<Output = u8>;

    fn call(&mut self) -> Self::Future;
}

struct Engine;

impl Service for Engine {
    type Future = Pin<Box<dyn Future<Output = u8>>>;

    #[wf_measure]
    fn call(&mut self) -> Self::Future {
        Box::pin(async { 1 })
    }
}

#[wf_measure]
fn alias() -> Alias {
    Box::pin(async { Ok(1) })
}

#[wf_measure]
fn spawned() -> JoinHandle<u8> {
    JoinHandle(ready(1))
}

#[wf_measure]
async fn spawned_later() -> Result<JoinHandle<u8>, String> {
    Ok(JoinHandle(ready(1)))
}

#[wf_measure]
fn generic<F: Future<Output = u8>>(future: F) -> F {
    future
}

#[wf_measure]
fn to_be_one() -> impl IntoFuture<Output = u8> {
    ready(1)
}

#[wf_measure]
fn beside_a_number() -> Option<(u64, Ready<u8>)> {
    Some((1, ready(1)))
}

#[wf_measure]
fn several() -> Vec<Alias> {
    vec![alias()]
}

#[wf_measure(frame)]
fn frame() -> Alias {
    alias()
}

fn main() {}
