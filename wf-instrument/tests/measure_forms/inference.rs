//! Type inference from the signature works in a measured body too.
#![allow(clippy::type_complexity, reason = "the types are what is tested")]

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use wf_instrument::wf_measure;

use crate::common::{block_on, yield_now};

#[wf_measure]
fn closure() -> impl Fn(&str) -> usize {
    |text| text.len()
}

#[wf_measure(ok_if = |_| true)]
fn closure_with_ok_if(n: usize) -> impl Fn(&str) -> usize {
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

#[wf_measure]
fn numbers() -> Result<u8, ()> {
    let n = 200;
    Ok(n)
}

#[wf_measure]
fn collected(text: &str) -> Result<Vec<u8>, std::num::ParseIntError> {
    text.split(' ').map(|n| n.parse()).collect()
}

#[wf_measure]
fn parsed(text: &str) -> Result<(u8, f32), Box<dyn std::error::Error + Send + Sync>> {
    let (a, b) = text.split_once(' ').ok_or("there are not two")?;
    Ok((a.parse()?, b.parse()?))
}

#[wf_measure]
fn into() -> Result<String, String> {
    Ok("a".into())
}

#[wf_measure]
fn defaulted() -> Result<HashMap<String, Vec<u8>>, String> {
    Ok(Default::default())
}

#[wf_measure]
fn either(short: bool) -> Result<&'static dyn Debug, &'static str> {
    if short { Ok(&1) } else { Ok(&"long") }
}

#[wf_measure(error_if = |flow| flow.is_break())]
fn flow(n: u8) -> ControlFlow<Box<dyn Debug>, Cow<'static, str>> {
    if n == 0 {
        return ControlFlow::Break(Box::new("none"));
    }
    ControlFlow::Continue("some".into())
}

#[wf_measure]
fn diverging(n: u8) -> Result<u8, String> {
    match n {
        0 => Err("none".into()),
        1 => std::process::abort(),
        n => Ok(n),
    }
}

#[wf_measure(ok_if = |n| *n > 0)]
fn looped(mut n: u32) -> u32 {
    loop {
        n += 1;
        if n > 6 {
            return n;
        }
    }
}

struct Tree {
    left: Option<Box<Tree>>,
    value: u8,
}

impl Tree {
    #[wf_measure]
    fn leftmost(&mut self) -> Result<&mut u8, ()> {
        match &mut self.left {
            Some(left) => left.leftmost(),
            None => Ok(&mut self.value),
        }
    }

    #[wf_measure]
    fn leftmost_or<'a>(&'a mut self, other: &'a mut u8) -> Result<&'a mut u8, ()> {
        if self.left.is_none() {
            Ok(other)
        } else {
            self.leftmost()
        }
    }

    #[wf_measure(ok_if = |_| true)]
    fn shared(self: Arc<Self>) -> Arc<dyn Debug> {
        self.value.to_string();
        Arc::new(self.value)
    }

    #[wf_measure]
    fn taken(mut self) -> Result<Option<Box<Self>>, String> {
        let left = self.left.take();
        Ok(left)
    }

    #[wf_measure]
    fn values(&self) -> Result<impl Fn(usize) -> Option<u8>, ()> {
        Ok(|at| if at == 0 { Some(self.value) } else { None })
    }
}

#[wf_measure]
fn opaque_arguments(
    mut each: impl FnMut(&str) -> usize,
    names: &[impl AsRef<str>],
) -> Result<usize, ()> {
    Ok(names.iter().map(|name| each(name.as_ref())).sum())
}

#[wf_measure]
fn sized<const N: usize, T: Default + Copy>() -> Result<[T; N], ()> {
    Ok([Default::default(); N])
}

#[wf_measure]
fn recursive(n: usize) -> Result<Box<dyn Iterator<Item = usize>>, String> {
    if n == 0 {
        return Ok(Box::new(std::iter::empty()));
    }
    Ok(Box::new(recursive(n - 1)?.chain([n])))
}

#[wf_measure]
extern "C" fn foreign(n: i32) -> Option<extern "C" fn(i32) -> i32> {
    if n > 0 { Some(twice) } else { None }
}

extern "C" fn twice(n: i32) -> i32 {
    n * 2
}

#[test]
fn types_are_inferred_from_the_signature() {
    assert_eq!((closure()("abc"), closure_with_ok_if(1)("abc")), (3, 4));
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

#[test]
fn values_are_coerced_to_the_signature() {
    assert_eq!((numbers(), collected("1 2")), (Ok(200), Ok(vec![1, 2])));
    assert_eq!(parsed("1 2.5").unwrap(), (1, 2.5));
    assert_eq!(
        (into(), defaulted().unwrap().len()),
        (Ok("a".to_owned()), 0)
    );
    assert_eq!(
        format!("{:?} {:?}", either(true), either(false)),
        "Ok(1) Ok(\"long\")"
    );
    assert!(flow(0).is_break() && flow(1).is_continue());
    assert_eq!((diverging(2), looped(0)), (Ok(2), 7));
    let leaf = || Tree {
        left: None,
        value: 1,
    };
    let mut tree = Tree {
        left: Some(Box::new(leaf())),
        value: 2,
    };
    *tree.leftmost().unwrap() += 1;
    *tree.leftmost_or(&mut 0).unwrap() += 1;
    assert_eq!(tree.values().unwrap()(0), Some(2));
    assert_eq!(tree.taken().unwrap().map(|left| left.value), Some(3));
    assert_eq!(format!("{:?}", Arc::new(leaf()).shared()), "1");
    assert_eq!(opaque_arguments(|name| name.len(), &["a", "bc"]), Ok(3));
    assert_eq!(sized::<2, u8>(), Ok([0, 0]));
    assert_eq!(recursive(3).unwrap().sum::<usize>(), 6);
    assert_eq!(foreign(1).map(|twice| twice(2)), Some(4));
}
