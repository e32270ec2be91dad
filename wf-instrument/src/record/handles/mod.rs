//! Sites that measure, and the calls, requests and frames that are in flight.

mod frame;
mod generation;
mod metrics;
mod scope;
mod span;
mod stamp;
mod start;

pub use self::frame::FrameScope;
pub use self::generation::Generation;
pub use self::scope::{admitted, current_tokens, truncated};
pub use self::span::{Span, SpanScope};
pub use self::stamp::Stamp;

pub(crate) use self::scope::{orphan_tokens, orphaned_tokens};
