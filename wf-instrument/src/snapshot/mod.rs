//! What was measured, as plain values: a moment, and the difference of two moments.
//!
//! [`Snapshot::take`] sums every thread's shards without stopping a writer; [`Window::between`] subtracts. Nothing is ever reset, so any
//! number of readers agree. Nothing here can reach an atomic.

mod absorb;
mod collect;
mod isolated;
mod totals;
mod window;

pub use self::isolated::Isolated;
pub use self::totals::{
    CounterTotals, FrameTotals, GaugeTotals, GenerationTotals, HistogramTotals, Label, Outcomes,
    SpanTotals, Target, Totals, Unit,
};
pub use self::window::{Snapshot, Window};
