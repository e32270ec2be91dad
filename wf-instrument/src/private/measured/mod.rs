//! Items that expansions use in a build that measures.

mod plain;
mod probe;
mod rebuild;
mod then;

use futures_core::Stream;

pub use self::plain::{PlainData, plain_data};
pub use self::probe::{Call, EndsBeforeFuture, EndsBeforeStream, Leaf, Probe};
pub use self::rebuild::Rebuild;
pub use self::then::{Then, then};

/// Calls `work`.
///
/// A closure that is called in place cannot return a borrow of its captures; an `FnOnce` can.
#[inline]
pub fn call<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// The value of code that is never run.
#[cold]
pub const fn unreached<T>() -> T {
    unreachable!()
}

/// Fixes `T` as the item type of the stream `S`, before the compiler has inferred all of `S`.
#[inline]
pub const fn stream_of<T, S: Stream<Item = T>>(_: &S) {}

/// Fixes `T` as the item type of the iterator `I`.
#[inline]
pub const fn iterator_of<T, I: Iterator<Item = T>>(_: &I) {}

pub use crate::__wf_list_site as list_site;
pub use crate::outcome::Outcome;
pub use crate::record::{MeasureIterator, MeasureStream, Progress, count, current_tokens, last};
pub use crate::site::{
    CounterSite, Entry, FrameSite, GaugeSite, GenerationSite, SiteRef, SpanSite,
};
pub use crate::slo::Target;
pub use wf_instrument_macros::wf_measure;
