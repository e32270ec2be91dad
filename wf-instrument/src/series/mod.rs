//! The storage of each measured thing: one shard for each thread holds everything that an event
//! touches.

mod family;
mod frame;
mod generation;
mod in_flight;
mod request;
mod request_counts;
mod span;
mod token_count;
mod token_time;

pub use self::generation::RequestHistogram;
pub(crate) use self::span::SpanSeries;
pub(crate) use self::{
    family::Family,
    frame::FrameSeries,
    generation::{GenerationSeries, request_histograms},
    token_time::TokenTime,
};

/// A request to a model, in flight.
pub(crate) type Request = request::Request<GenerationSeries>;
