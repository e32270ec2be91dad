//! What macro expansions name. Not for people: no part of it is stable.

pub use linkme;

pub use crate::outcome::Outcome;
pub use crate::record::{
    IntoTokens, MeasureIterator, MeasureStream, Progress, count, current_tokens,
};
pub use crate::site::{
    CounterSite, FrameSite, GaugeSite, GenerationSite, SITES, SiteRef, SpanSite,
};
pub use crate::slo::Target;
