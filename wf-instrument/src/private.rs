//! What macro expansions name. Not for people: no part of it is stable.

pub use linkme;

/// Calls `work` as what it is, a function of one call: called in place, a closure could not return what it borrows from its captures.
#[inline]
pub fn call<T>(work: impl FnOnce() -> T) -> T {
    work()
}

pub use crate::outcome::Outcome;
pub use crate::record::{
    IntoTokens, MeasureIterator, MeasureStream, Progress, count, current_tokens,
};
pub use crate::site::{
    CounterSite, FrameSite, GaugeSite, GenerationSite, SITES, SiteRef, SpanSite,
};
pub use crate::slo::Target;
