//! What a measured function returns is coerced to its signature.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::sync::Arc;

use wf_instrument::wf_measure;

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

pub(crate) struct Tree {
    pub(crate) left: Option<Box<Tree>>,
    pub(crate) value: u8,
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
