//! The hot path: what annotated code calls.
//!
//! No lock, no system call, no failure; no allocation after a thread's first samples of a series.
//! In a build that does not measure, the same names with nothing behind them.

mod future;
#[cfg(feature = "enabled")]
mod handles;
mod iterator;
mod measured;
mod progress;
mod receiver;
mod span_stream;
mod stream;

pub use self::future::{Accompanied, GenerationFuture, SpanFuture};
pub use self::handles::{
    FrameScope, Generation, Span, SpanScope, Stamp, admitted, current_tokens, truncated,
};
pub use self::iterator::MeasureIterator;
pub use self::progress::{IntoProgress, IntoTokens, Judgement, Progress, count, last};
pub use self::receiver::{MeasureReceiver, Receives};
pub use self::span_stream::SpanStream;
pub use self::stream::MeasureStream;
#[cfg(not(feature = "enabled"))]
use crate::disabled as handles;

#[cfg(feature = "enabled")]
pub(crate) use self::handles::orphan_tokens;
pub(crate) use self::handles::orphaned_tokens;
