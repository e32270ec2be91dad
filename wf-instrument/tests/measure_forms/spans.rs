//! `#[wf_measure]` on free functions.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;

use wf_instrument::wf_measure;

use crate::common::{block_on, yield_now};

#[wf_measure]
fn plain(a: u32, b: u32) -> u32 {
    a + b
}

#[wf_measure(name = "unit")]
fn unit() {}

#[wf_measure]
fn early(n: u32) -> u32 {
    if n > 3 {
        return 0;
    }
    n
}

#[wf_measure]
fn question_mark(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    if n == 0 {
        return Ok(1);
    }
    Ok(n)
}

#[wf_measure]
fn io_result(ok: bool) -> io::Result<()> {
    if ok {
        Ok(())
    } else {
        Err(io::Error::other("no"))
    }
}

#[wf_measure]
fn optional(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    Some(first)
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
fn generic<T, const N: usize>(value: &T) -> [String; N]
where
    T: Debug + Send + ?Sized,
{
    [(); N].map(|()| format!("{value:?}"))
}

#[wf_measure]
fn borrowed<'a>(longer: &'a str, _other: &str) -> &'a str {
    longer
}

struct Buffer {
    bytes: Vec<u8>,
}

#[wf_measure]
fn reborrowed(buffer: &mut Buffer) -> &mut [u8] {
    &mut buffer.bytes
}

#[wf_measure]
fn reborrowed_result(buffer: &mut Buffer) -> Result<&mut u8, String> {
    buffer.bytes.push(1);
    buffer.bytes.last_mut().ok_or_else(|| "empty".to_owned())
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
fn opaque(n: u32) -> impl Iterator<Item = u32> {
    (0..n).rev()
}

#[wf_measure]
fn opaque_result(n: u32) -> Result<impl Iterator<Item = u32> + Clone, String> {
    if n > 9 {
        return Err(format!("{n} is too many"));
    }
    Ok(0..n)
}

#[wf_measure]
async fn async_opaque(n: u32) -> Result<impl Iterator<Item = u32>, String> {
    Ok(0..n)
}

#[wf_measure]
fn dynamic(short: bool) -> Option<Box<dyn Debug>> {
    if short {
        return Some(Box::new(1));
    }
    Some(Box::new("long"))
}

#[wf_measure]
fn dynamic_result(short: bool) -> Result<Box<dyn Debug>, Box<dyn std::error::Error>> {
    if short {
        return Err("short".into());
    }
    Ok(Box::new("long"))
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
fn coerced_result(values: &[u8; 1]) -> Result<Option<&[u8]>, ()> {
    Ok(Some(values))
}

#[wf_measure]
fn patterns((a, b): (u8, u8), [c, ..]: [u8; 3], mut d: u8, _: String) -> Result<u8, ()> {
    d += 1;
    Ok(a + b + c + d)
}

#[wf_measure]
async fn async_patterns((a, b): (u8, u8), mut c: Vec<u8>) -> usize {
    c.push(a);
    yield_now().await;
    c.push(b);
    c.len()
}

#[wf_measure]
fn recursive(n: u64) -> u64 {
    if n < 2 {
        n
    } else {
        recursive(n - 1) + recursive(n - 2)
    }
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
fn never() -> ! {
    loop {
        std::thread::park();
    }
}

#[wf_measure]
#[expect(dead_code, reason = "never returns, so it is never called")]
async fn async_never() -> ! {
    loop {
        yield_now().await;
    }
}

#[wf_measure]
fn diverges(really: bool) -> Result<u8, String> {
    if !really {
        return Ok(0);
    }
    panic!("really");
}

#[wf_measure]
async fn async_diverges(really: bool) -> u8 {
    assert!(!really);
    return 0;
}

#[wf_measure]
extern "C" fn foreign(n: i32) -> i32 {
    n
}

#[wf_measure]
#[inline(always)]
#[must_use]
fn attributes() -> u8 {
    #![allow(clippy::let_and_return, reason = "an attribute inside the body")]
    let n = 1;
    n
}

#[wf_measure]
#[track_caller]
fn tracked() -> u32 {
    std::panic::Location::caller().line()
}

#[wf_measure]
fn argument_impl(values: impl IntoIterator<Item = u8>, f: &dyn Fn(u8) -> u8) -> Vec<u8> {
    values.into_iter().map(f).collect()
}

#[wf_measure]
async fn not_send(shared: std::rc::Rc<u8>) -> u8 {
    yield_now().await;
    *shared
}

#[wf_measure(name = "outer")]
#[wf_measure(ttft, name = "inner")]
fn measured_twice() -> u8 {
    wf_instrument::wf_token!();
    7
}

#[wf_measure]
fn r#match() -> u8 {
    #[wf_measure]
    fn within() -> u8 {
        4
    }
    within()
}

macro_rules! measured {
    ($name:ident, $output:ty, $value:expr) => {
        #[wf_measure]
        fn $name() -> $output {
            $value
        }
    };
}

measured!(from_macro, Result<u8, String>, Ok(3));

mod re_export {
    pub(super) use wf_instrument as renamed;
}

#[wf_measure(crate = self::re_export::renamed)]
fn through_another_path() -> u8 {
    8
}

#[test]
fn sync_functions_return_what_they_returned() {
    unit();
    assert_eq!((plain(1, 2), early(3), early(4)), (3, 3, 0));
    assert_eq!(question_mark("0"), Ok(1));
    assert!(question_mark("x").is_err() && io_result(true).is_ok() && io_result(false).is_err());
    assert_eq!((optional("ab"), optional("")), (Some('a'), None));
    assert_eq!(generic::<str, 2>("x"), ["\"x\"", "\"x\""]);
    assert_eq!(borrowed("a", "b"), "a");
    assert_eq!(patterns((1, 2), [3, 0, 0], 3, String::new()), Ok(10));
    assert_eq!((recursive(10), foreign(-1), attributes()), (55, -1, 1));
    assert_eq!(coerced_result(&[1]), Ok(Some(&[1][..])));
    assert_eq!(argument_impl([1, 2], &|n| n * 2), [2, 4]);
    assert_eq!((measured_twice(), r#match(), from_macro()), (7, 4, Ok(3)));
    assert_eq!(through_another_path(), 8);
    assert_eq!(diverges(false), Ok(0));
    assert_eq!(tracked(), line!());
}

#[test]
fn sync_functions_return_borrows_and_opaque_types() {
    let mut buffer = Buffer { bytes: vec![5] };
    reborrowed(&mut buffer)[0] = 6;
    *reborrowed_result(&mut buffer).unwrap() = 7;
    assert_eq!(buffer.bytes, [6, 7]);
    assert!(opaque(3).eq([2, 1, 0]));
    assert_eq!(opaque_result(3).unwrap().clone().count(), 3);
    assert!(opaque_result(10).is_err());
    assert_eq!(
        format!("{:?} {:?}", dynamic(true), dynamic(false)),
        "Some(1) Some(\"long\")"
    );
    assert!(dynamic_result(true).is_err() && dynamic_result(false).is_ok());
}

#[test]
fn async_functions_return_what_they_returned() {
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
