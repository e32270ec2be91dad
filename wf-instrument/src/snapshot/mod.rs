//! What was measured, as plain values: a moment, and the difference of two moments.
//!
//! [`Snapshot::take`] sums every thread's shards without stopping a writer; [`Window::between`] subtracts. Nothing is ever reset, so any
//! number of readers agree. Nothing here can reach an atomic.

mod collect;
mod combine;
mod isolated;
mod metrics;
#[cfg(feature = "serde")]
mod serialized;
mod window;

pub use self::isolated::Isolated;
pub use self::metrics::{
    CounterMetrics, FrameMetrics, GaugeMetrics, GenerationMetrics, HistogramMetrics, Label,
    Metrics, Outcomes, RequestHistogram, SpanMetrics, Target, Unit,
};
pub use self::window::{Snapshot, Window};
