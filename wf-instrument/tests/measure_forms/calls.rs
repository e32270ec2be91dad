//! `#[wf_measure]` on functions that return a value.

use std::fmt::Debug;
use std::io;

use wf_instrument::wf_measure;

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
fn coerced_result(values: &[u8; 1]) -> Result<Option<&[u8]>, ()> {
    Ok(Some(values))
}

#[wf_measure]
fn patterns((a, b): (u8, u8), [c, ..]: [u8; 3], mut d: u8, _: String) -> Result<u8, ()> {
    d += 1;
    Ok(a + b + c + d)
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
#[expect(dead_code, reason = "never returns, so it is never called")]
fn never() -> ! {
    loop {
        std::thread::park();
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
fn argument_impl(values: impl IntoIterator<Item = u8>, f: &dyn Fn(u8) -> u8) -> Vec<u8> {
    values.into_iter().map(f).collect()
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
fn sync_functions_return_the_same() {
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
