//! What is stored for each measured thing: one shard a thread holds everything that an event touches.

#[cfg(not(wf_loom))]
mod family;
#[cfg(not(wf_loom))]
mod frame;
#[cfg(not(wf_loom))]
mod generation;
#[cfg(not(wf_loom))]
mod in_flight;
#[cfg(not(wf_loom))]
mod request;
mod request_counts;
mod span;
mod token_count;
#[cfg(not(wf_loom))]
mod token_time;

#[cfg(not(wf_loom))]
pub use self::generation::RequestHistogram;
pub(crate) use self::span::SpanSeries;
#[cfg(not(wf_loom))]
pub(crate) use self::{
    family::Family,
    frame::FrameSeries,
    generation::{GenerationSeries, request_histograms},
    request::Request,
    token_time::TokenTime,
};
#[cfg(wf_loom)]
pub(crate) use self::{
    request_counts::{RequestCounts, RequestStates},
    token_count::TokenCount,
};
