//! What is stored for each measured thing: one shard a thread holds everything that an event touches.

mod flight;
mod frame;
mod generation;
mod span;

pub(crate) use self::flight::Ticket;
pub(crate) use self::frame::FrameSeries;
pub(crate) use self::generation::GenerationSeries;
pub(crate) use self::span::SpanSeries;
