//! The hot path: what annotated code calls.
//!
//! No lock, no system call, no failure; no allocation after a thread's first samples of a series. In a build that does not measure, the same
//! names with nothing behind them.

#[cfg(feature = "enabled")]
mod frame;
mod future;
#[cfg(feature = "enabled")]
mod generation;
mod iterator;
mod measured;
mod progress;
mod receiver;
#[cfg(feature = "enabled")]
mod scope;
#[cfg(feature = "enabled")]
mod span;
mod span_stream;
#[cfg(feature = "enabled")]
mod stamp;
#[cfg(feature = "enabled")]
mod start;
mod stream;

pub use self::future::{Accompanied, GenerationFuture, SpanFuture};
pub use self::iterator::MeasureIterator;
pub use self::progress::{IntoProgress, IntoTokens, Judgement, Progress, count, last};
pub use self::receiver::{MeasureReceiver, Receives};
pub use self::span_stream::SpanStream;
pub use self::stream::MeasureStream;
#[cfg(feature = "enabled")]
pub use self::{
    frame::FrameScope,
    generation::Generation,
    scope::{admitted, current_tokens, truncated},
    span::{Span, SpanScope},
    stamp::Stamp,
};
#[cfg(not(feature = "enabled"))]
pub use crate::disabled::{
    FrameScope, Generation, Span, SpanScope, Stamp, admitted, current_tokens, truncated,
};

#[cfg(feature = "enabled")]
pub(crate) use self::scope::{orphan_tokens, orphaned_tokens};
#[cfg(not(feature = "enabled"))]
pub(crate) use crate::disabled::orphaned_tokens;
