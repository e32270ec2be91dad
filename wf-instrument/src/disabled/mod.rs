//! The parts of a build that does not measure: the same names as where it measures, with nothing
//! behind them. Each call is an empty function, which the compiler removes.

mod handles;
mod storage;

pub(crate) use self::handles::orphaned_tokens;
pub use self::handles::{
    FrameScope, FrameSite, Generation, GenerationSite, Span, SpanScope, SpanSite, Stamp, admitted,
    current_tokens, truncated,
};
pub(crate) use self::storage::{AtomicU64, Count, Ordering, Shard, Sharded};
