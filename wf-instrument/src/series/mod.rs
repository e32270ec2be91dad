//! What is stored for each measured thing: one shard a thread holds everything that an event touches.

#[cfg(not(wf_loom))]
mod flight;
#[cfg(not(wf_loom))]
mod frame;
#[cfg(not(wf_loom))]
mod generation;
mod span;

pub(crate) use self::span::{SpanSeries, SpanShard};
#[cfg(not(wf_loom))]
pub(crate) use self::{flight::Ticket, frame::FrameSeries, generation::GenerationSeries};
