//! What a function's signature says about types holds in its measured body too.
#![allow(clippy::type_complexity, reason = "the types are what is tested")]

use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use wf_instrument::wf_measure;

use crate::coercions::Tree;
use crate::common::{block_on, yield_now};

#[wf_measure]
fn closure() -> impl Fn(&str) -> usize {
    |text| text.len()
}

#[wf_measure(ok_if = |_| true)]
fn closure_judged(n: usize) -> impl Fn(&str) -> usize {
    move |text| text.len() + n
}

#[wf_measure]
fn closure_or_not(n: usize) -> Result<impl Fn(&str) -> usize, String> {
    if n > 9 {
        return Err(format!("{n} is too large"));
    }
    let n = u8::try_from(n).map_err(|_| String::new())?;
    Ok(move |text: &str| text.len() + usize::from(n))
}

#[wf_measure]
fn closure_or_nothing() -> Option<impl FnMut(&str) -> usize> {
    let mut total = 0;
    Some(move |text: &str| {
        total += text.len();
        total
    })
}

#[wf_measure]
fn closures() -> Result<(impl Fn(&str) -> usize, Box<dyn Fn(&str) -> usize>), String> {
    Ok((|text: &str| text.len(), Box::new(|text| text.len())))
}

#[wf_measure]
fn borrowing_closure<'a>(
    known: &'a HashMap<String, usize>,
) -> Result<impl Fn(&str) -> Option<&'a usize>, String> {
    Ok(|name: &str| known.get(name))
}

#[wf_measure]
fn returned_closure(short: bool) -> Result<impl Fn(&str) -> usize, String> {
    if short {
        return Err("short".into());
    }
    return Ok(|text: &str| text.len());
}

#[wf_measure]
async fn closure_later() -> impl Fn(&str) -> usize {
    yield_now().await;
    |text| text.len()
}

#[wf_measure]
async fn closure_of_trees_later<T: Debug>(shown: T) -> impl Fn(&Tree) -> String {
    move |tree| format!("{} {shown:?}", tree.value)
}

#[wf_measure]
async fn generic_closure_later<T: Clone>(value: T) -> impl Fn(&T) -> (T, T) {
    move |other: &T| (value.clone(), other.clone())
}

#[wf_measure]
async fn closure_or_not_later(
    n: &str,
) -> Result<impl Fn(&str) -> usize, Box<dyn std::error::Error>> {
    let n: usize = n.parse()?;
    yield_now().await;
    Ok(move |text: &str| text.len() + n)
}

#[wf_measure(ttft, returns = value)]
fn closure_of_generation() -> Result<impl Fn(&str) -> usize, String> {
    wf_instrument::wf_token!();
    Ok(|text: &str| text.len())
}

#[wf_measure(ttft, returns = value)]
fn closure_of_generation_alone(n: &usize) -> impl Fn(&str) -> usize {
    wf_instrument::wf_token!();
    let n = *n;
    move |text| text.len() + n
}

#[wf_measure(ok_if = |_| true)]
async fn borrowing_closure_later<'a>(known: &'a str) -> impl Fn(&str) -> (usize, &'a str) + Send {
    yield_now().await;
    move |text| (text.len(), known)
}

#[wf_measure(ok_if = |_| true)]
fn borrowing_closure_alone(known: &mut usize) -> impl FnMut(&mut u8) -> u8 {
    |n| {
        *known += 1;
        *n += 1;
        *n
    }
}

#[wf_measure(ttft, returns = value)]
async fn closure_of_generation_later() -> impl Fn(&str) -> usize {
    wf_instrument::wf_token!();
    |text| text.len()
}

#[wf_measure]
fn boxed_closure(n: usize) -> Result<Box<dyn Fn(&str) -> usize>, String> {
    Ok(Box::new(move |text| text.len() + n))
}

#[wf_measure]
fn function_pointer() -> Result<fn(&str) -> usize, String> {
    Ok(|text| text.len())
}

#[wf_measure]
fn shown() -> Result<Arc<dyn Display + Send + Sync>, String> {
    Ok(Arc::new(3))
}

#[wf_measure]
async fn shown_later() -> Result<Rc<dyn Display>, String> {
    Ok(Rc::new(3))
}

#[wf_measure]
fn shown_future() -> impl Future<Output = Result<u64, Box<dyn std::error::Error>>> {
    async move {
        yield_now().await;
        let n = "7".parse()?;
        Ok(n)
    }
}

#[wf_measure]
fn shown_boxed_future<'a>(
    text: &'a str,
) -> Pin<Box<dyn Future<Output = Result<u64, std::num::ParseIntError>> + Send + 'a>> {
    Box::pin(async move {
        yield_now().await;
        text.parse()
    })
}

#[test]
fn types_are_inferred_from_the_signature() {
    assert_eq!((closure()("abc"), closure_judged(1)("abc")), (3, 4));
    assert_eq!(closure_or_not(1).unwrap()("abc"), 4);
    assert!(closure_or_not(10).is_err() && returned_closure(true).is_err());
    assert_eq!(returned_closure(false).unwrap()("abc"), 3);
    let mut total = closure_or_nothing().unwrap();
    assert_eq!((total("a"), total("bc")), (1, 3));
    let (opaque, boxed) = closures().unwrap();
    assert_eq!((opaque("a"), boxed("bc")), (1, 2));
    let known = HashMap::from([("a".to_owned(), 1)]);
    assert_eq!(borrowing_closure(&known).unwrap()("a"), Some(&1));
    assert_eq!(block_on(closure_later())("abc"), 3);
    let tree = Tree {
        left: None,
        value: 1,
    };
    assert_eq!(block_on(closure_of_trees_later(2))(&tree), "1 2");
    assert_eq!(block_on(generic_closure_later(1))(&2), (1, 2));
    assert_eq!(block_on(closure_or_not_later("1")).unwrap()("abc"), 4);
    assert!(block_on(closure_or_not_later("x")).is_err());
    assert_eq!(closure_of_generation().unwrap()("abc"), 3);
    assert_eq!(block_on(closure_of_generation_later())("abc"), 3);
    assert_eq!(block_on(borrowing_closure_later("x"))("abc"), (3, "x"));
    let mut calls = 0;
    assert_eq!(borrowing_closure_alone(&mut calls)(&mut 1), 2);
    assert_eq!((calls, closure_of_generation_alone(&2)("a")), (1, 3));
    assert_eq!(
        (
            boxed_closure(1).unwrap()("a"),
            function_pointer().unwrap()("a")
        ),
        (2, 1)
    );
    assert_eq!(
        shown().unwrap().to_string() + &block_on(shown_later()).unwrap().to_string(),
        "33"
    );
    assert_eq!(block_on(shown_future()).unwrap(), 7);
    assert_eq!(block_on(shown_boxed_future("8")), Ok(8));
}
