//! The hot path: what annotated code calls.
//!
//! No lock, no system call, no failure; no allocation after a thread's first samples of a series.

mod frame;
mod future;
mod generation;
mod iterator;
mod progress;
mod scope;
mod span;
mod stream;

pub use self::frame::FrameScope;
pub use self::future::{Accompanied, GenerationFuture, SpanFuture};
pub use self::generation::Generation;
pub use self::iterator::MeasureIterator;
pub use self::progress::{IntoTokens, Progress, count};
pub use self::scope::{admitted, current_tokens};
pub use self::span::{Span, SpanScope};
pub use self::stream::MeasureStream;

pub(crate) use self::scope::orphan_tokens;
