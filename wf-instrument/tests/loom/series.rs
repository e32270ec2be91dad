#[path = "../../src/series/request_counts.rs"]
mod request_counts;
#[path = "../../src/series/span.rs"]
mod span;
#[path = "../../src/series/token_count.rs"]
mod token_count;

pub(crate) use self::request_counts::{RequestCounts, RequestStates};
pub(crate) use self::span::SpanSeries;
pub(crate) use self::token_count::TokenCount;
