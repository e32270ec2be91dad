//! `#[wf_measure]` on functions that return a future, `async` or not.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use wf_instrument::wf_measure;

use crate::common::{block_on, yield_now};

struct Buffer {
    bytes: Vec<u8>,
}

#[wf_measure]
async fn asynchronous(n: u32) -> u32 {
    yield_now().await;
    n + 1
}

#[wf_measure]
async fn async_question_mark(text: &str) -> Result<u32, std::num::ParseIntError> {
    yield_now().await;
    Ok(text.parse::<u32>()? + 1)
}

#[wf_measure]
async fn async_early(n: u32) -> Option<u32> {
    if n == 0 {
        return None;
    }
    yield_now().await;
    Some(n)
}

#[wf_measure]
async fn async_reborrowed(buffer: &mut Buffer) -> &mut u8 {
    yield_now().await;
    &mut buffer.bytes[0]
}

#[wf_measure]
async fn async_reborrowed_result<'a>(
    buffer: &'a mut Buffer,
    _at: &str,
) -> Result<&'a mut u8, String> {
    buffer.bytes.first_mut().ok_or_else(String::new)
}

#[wf_measure]
async fn async_opaque(n: u32) -> Result<impl Iterator<Item = u32>, String> {
    Ok(0..n)
}

#[wf_measure]
async fn async_dynamic(short: bool) -> Option<Box<dyn Debug + Send>> {
    if short {
        return Some(Box::new(1));
    }
    yield_now().await;
    Some(Box::new("long"))
}

#[wf_measure]
async fn async_coerced(values: &[u8; 2]) -> &[u8] {
    values
}

#[wf_measure]
async fn async_collected(n: u8) -> Vec<u8> {
    (0..n).collect()
}

#[wf_measure]
async fn async_patterns((a, b): (u8, u8), mut c: Vec<u8>) -> usize {
    c.push(a);
    yield_now().await;
    c.push(b);
    c.len()
}

#[wf_measure]
fn async_recursive(n: u64) -> Pin<Box<dyn Future<Output = u64>>> {
    Box::pin(async move {
        if n < 2 {
            n
        } else {
            async_recursive(n - 1).await + async_recursive(n - 2).await
        }
    })
}

#[wf_measure]
fn returned_future(n: u8) -> impl Future<Output = Result<u8, String>> + Send {
    let next = n + 1;
    async move {
        yield_now().await;
        Ok(next)
    }
}

#[wf_measure]
fn boxed_future(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    if n > 3 {
        return Box::pin(async { 0 });
    }
    Box::pin(async move { n })
}

#[wf_measure]
fn boxed_alias(n: &u8) -> futures_util::future::BoxFuture<'_, Result<u8, ()>> {
    Box::pin(async move { Ok(*n) })
}

#[wf_measure]
#[expect(dead_code, reason = "never returns, so it is never called")]
async fn async_never() -> ! {
    loop {
        yield_now().await;
    }
}

#[wf_measure]
async fn async_diverges(really: bool) -> u8 {
    assert!(!really);
    return 0;
}

#[wf_measure]
async fn not_send(shared: std::rc::Rc<u8>) -> u8 {
    yield_now().await;
    *shared
}

#[test]
fn async_functions_return_the_same() {
    block_on(async {
        assert_eq!(asynchronous(1).await, 2);
        assert_eq!(async_question_mark("1").await, Ok(2));
        assert!(async_question_mark("x").await.is_err());
        assert_eq!(
            (async_early(0).await, async_early(1).await),
            (None, Some(1))
        );
        let mut buffer = Buffer { bytes: vec![5] };
        *async_reborrowed(&mut buffer).await += 1;
        *async_reborrowed_result(&mut buffer, "").await.unwrap() += 1;
        assert_eq!(buffer.bytes, [7]);
        assert_eq!(async_opaque(3).await.unwrap().count(), 3);
        assert_eq!(format!("{:?}", async_dynamic(true).await), "Some(1)");
        assert_eq!(
            format!("{:?}", async_dynamic(false).await),
            "Some(\"long\")"
        );
        assert_eq!(async_coerced(&[1, 2]).await, [1, 2]);
        assert_eq!(async_collected(3).await, [0, 1, 2]);
        assert_eq!(async_patterns((1, 2), vec![0]).await, 3);
        assert_eq!(async_recursive(10).await, 55);
        assert_eq!(returned_future(1).await, Ok(2));
        assert_eq!((boxed_future(1).await, boxed_future(4).await), (1, 0));
        assert_eq!(boxed_alias(&3).await, Ok(3));
        assert_eq!(not_send(std::rc::Rc::new(1)).await, 1);
        assert_eq!(async_diverges(false).await, 0);
    });
}

#[test]
fn futures_stay_send() {
    fn is_send(_: &impl Send) {}
    is_send(&asynchronous(1));
    is_send(&async_question_mark("1"));
    is_send(&async_dynamic(true));
    is_send(&async_reborrowed(&mut Buffer { bytes: Vec::new() }));
    is_send(&returned_future(1));
    is_send(&boxed_alias(&3));
}
