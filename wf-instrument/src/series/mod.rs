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
mod span;

#[cfg(wf_loom)]
pub(crate) use self::flow::{Flow, Population};
pub(crate) use self::span::SpanSeries;
#[cfg(not(wf_loom))]
pub(crate) use self::span::SpanShard;
#[cfg(not(wf_loom))]
pub(crate) use self::{
    family::Family,
    flight::Ticket,
    frame::FrameSeries,
    generation::{End, GenerationSeries, GenerationShard},
};
