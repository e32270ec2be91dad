//! What is stored for each measured thing: one shard a thread holds everything that an event touches.

#[cfg(not(wf_loom))]
mod family;
#[cfg(not(wf_loom))]
mod flight;
mod flow;
#[cfg(not(wf_loom))]
mod frame;
#[cfg(not(wf_loom))]
mod generation;
#[cfg(not(wf_loom))]
mod moment;
#[cfg(not(wf_loom))]
mod request;
mod span;
mod tally;

#[cfg(not(wf_loom))]
pub use self::generation::RequestHistogram;
pub(crate) use self::span::SpanSeries;
#[cfg(not(wf_loom))]
pub(crate) use self::{
    family::Family,
    frame::FrameSeries,
    generation::{GenerationSeries, request_histograms},
    moment::Moment,
    request::Request,
};
#[cfg(wf_loom)]
pub(crate) use self::{
    flow::{Flow, Population},
    tally::Tally,
};
