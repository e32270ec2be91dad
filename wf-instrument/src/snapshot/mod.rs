//! Everything measured, as plain values: at one moment, or between two moments.
//!
//! [`Snapshot::take`] sums every thread's shards without stopping a writer; [`Window::between`]
//! subtracts two snapshots; [`History`] keeps the latest ones. Nothing is ever reset, so any number
//! of readers agree.

mod collect;
mod combine;
mod history;
mod isolated;
mod metrics;
#[cfg(feature = "serde")]
mod serialized;
mod window;

pub use self::history::History;
pub use self::isolated::Isolated;
pub use self::metrics::{
    CounterMetrics, FrameMetrics, GaugeMetrics, GenerationMetrics, HistogramMetrics, Label,
    Metrics, Outcomes, RequestHistogram, SpanMetrics, Target, Unit,
};
pub use self::window::{Snapshot, Window};
