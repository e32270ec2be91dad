//! Plain data: complete when a function returns it, so that no tokens can come later.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

/// Accepts plain data only.
#[inline]
pub const fn plain_data<T: PlainData + ?Sized>(_: &T) {}

/// Implemented for text, numbers and their compositions in std, and for a `Result` with any error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may produce tokens after the function returns, which would not be counted",
    label = "not known to be plain data, such as text and numbers",
    note = "if every token is counted by `wf_token!` before the function returns or its future is \
            ready, add `returns = value`",
    note = "if a stream or iterator produces the tokens, write `#[wf_measure(ttft)]` on the \
            function that returns it as `impl Stream<Item = ..>` or `impl Iterator<Item = ..>` \
            (also boxed or in a `Result`); for an alias of a boxed one, add `returns = stream` or \
            `returns = iterator`",
    note = "if the return type is an alias of a `Result` with a stream or iterator in it, write \
            out `Result<.., ..>`: the macro cannot resolve that alias",
    note = "without such a function, remove this attribute and measure the source by a handle: \
            `wf_instrument::record::MeasureStream`, `MeasureIterator` or `MeasureReceiver` around \
            it and `wf_instrument::registry::generation(..)?.arrive()`"
)]
pub trait PlainData {}

macro_rules! plain {
    ($($plain:ty)*) => {$(#[diagnostic::do_not_recommend] impl PlainData for $plain {})*};
}

macro_rules! plain_parts {
    ($(($($part:ident),*) $plain:ty;)*) => {$(
        impl<$($part: PlainData),*> PlainData for $plain {}
    )*};
}

plain! {
    () bool char str String f32 f64
    u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize
    OsStr OsString Path PathBuf ExitCode ExitStatus Duration Instant SystemTime
}

plain_parts! {
    (T) [T];
    (T) Option<T>;
    (T) Poll<T>;
    (T) Vec<T>;
    (T) VecDeque<T>;
    (T) BinaryHeap<T>;
    (T) BTreeSet<T>;
    (K, V) BTreeMap<K, V>;
    (B, C) ControlFlow<B, C>;
    (A) (A,);
    (A, B) (A, B);
    (A, B, C) (A, B, C);
    (A, B, C, D) (A, B, C, D);
    (A, B, C, D, E) (A, B, C, D, E);
    (A, B, C, D, E, F) (A, B, C, D, E, F);
}

impl<T: PlainData, const N: usize> PlainData for [T; N] {}
impl<T: PlainData + ?Sized> PlainData for &T {}
impl<T: PlainData + ?Sized> PlainData for &mut T {}
impl<T: PlainData + ?Sized> PlainData for Box<T> {}
impl<T: PlainData + ?Sized> PlainData for Rc<T> {}
impl<T: PlainData + ?Sized> PlainData for Arc<T> {}
impl<T: PlainData + ToOwned + ?Sized> PlainData for Cow<'_, T> {}
impl<T: PlainData, S> PlainData for HashSet<T, S> {}
impl<K: PlainData, V: PlainData, S> PlainData for HashMap<K, V, S> {}
impl<T: PlainData, E> PlainData for Result<T, E> {}
