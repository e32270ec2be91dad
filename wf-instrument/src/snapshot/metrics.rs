//! One row a series: everything recorded so far, or in a window.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use crate::histogram::HistogramSnapshot;
pub use crate::labels::Label;
pub use crate::series::RequestHistogram;
use crate::series::request_histograms;
pub use crate::slo::Target;
use crate::units::Nanos;
pub use crate::units::Unit;

/// All series, each list sorted by name and labels.
///
/// Names and labels are unique within a list: sites of one name and kind are summed. Lists that are
/// deserialized are sorted, and refused if two rows have one name and labels.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Metrics {
    /// Requests to models.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "super::serialized::rows"))]
    pub generations: Vec<GenerationMetrics>,
    /// Measured functions.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "super::serialized::rows"))]
    pub spans: Vec<SpanMetrics>,
    /// Frames drawn.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "super::serialized::rows"))]
    pub frames: Vec<FrameMetrics>,
    /// The application's counters.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "super::serialized::rows"))]
    pub counters: Vec<CounterMetrics>,
    /// The application's gauges.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "super::serialized::rows"))]
    pub gauges: Vec<GaugeMetrics>,
    /// The application's histograms.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "super::serialized::rows"))]
    pub histograms: Vec<HistogramMetrics>,
    /// Tokens that belong to no generation: counted by `wf_token!` where none was in scope, or one
    /// whose tokens are those of the items that it yields; or in items after the end.
    pub orphan_tokens: u64,
    /// Measurements that were lost: no storage was left for them, or they were values of a gauge
    /// that the registry refused or that is past its 32 sets of label values.
    pub dropped: u64,
}

/// Number of calls or requests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Outcomes {
    /// Ran to the end.
    pub ok: u64,
    /// Returned or yielded an error.
    pub error: u64,
    /// Dropped before the end.
    pub cancelled: u64,
    /// Unwound. Always 0 with `panic = "abort"`.
    pub panicked: u64,
}

impl Outcomes {
    /// Sum over the outcomes, at most `u64::MAX`.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.ok
            .saturating_add(self.error)
            .saturating_add(self.cancelled)
            .saturating_add(self.panicked)
    }
}

/// The requests to one model. Times are in nanoseconds.
///
/// Each [`RequestHistogram`] has an accessor of its name, and is found by index too:
///
/// ```
/// use wf_instrument::snapshot::{GenerationMetrics, RequestHistogram};
///
/// let row = GenerationMetrics::default();
/// assert_eq!(row.time_to_first_token().quantile(0.5), None);
/// for which in RequestHistogram::ALL {
///     assert!(row[which].is_empty(), "{}", which.name());
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct GenerationMetrics {
    /// The model's name; the site's name where the code gives none.
    pub model: Arc<str>,
    /// The doc comment of the code that serves the requests; may be empty.
    pub help: Arc<str>,
    /// Further labels, sorted by name.
    #[cfg_attr(
        feature = "serde",
        serde(deserialize_with = "super::serialized::labels")
    )]
    pub labels: Vec<Label>,
    /// Requests that arrived.
    pub arrived: u64,
    /// Requests that ended, by outcome. The [rejected](Self::rejected) ones count as errors here.
    pub outcomes: Outcomes,
    /// Requests that arrived and are not yet admitted, now. Not a difference, in a window either.
    pub waiting: u64,
    /// Requests admitted and not yet ended, now. Not a difference, in a window either.
    pub running: u64,
    /// Age of the oldest request that has not ended; `None` where there is none.
    pub oldest: Option<Nanos>,
    /// Tokens of the prompts that were read: those of requests that had a first token, or ended ok
    /// without one.
    pub prompt_tokens: u64,
    /// Tokens generated.
    pub tokens: u64,
    /// Requests that ended in an error before they were admitted and before their first token,
    /// whatever the error: a full queue, or an invalid request. Counted from the first admission of
    /// the series on; before it, and in code that records no admissions, they are errors only. Each
    /// is a miss of the `target`.
    pub rejected: u64,
    /// Requests that ended ok with a response cut at their length limit.
    pub truncated: u64,
    /// The TTFT target declared beside the code, if any: of several, the shortest.
    pub target: Option<Target>,
    #[cfg_attr(feature = "serde", serde(with = "super::serialized"))]
    pub(super) histograms: [HistogramSnapshot; RequestHistogram::COUNT],
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $variant:ident = $name:ident,)*) => {
        impl GenerationMetrics {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(&self) -> &HistogramSnapshot {
                    &self[RequestHistogram::$variant]
                }
            )*
        }
    };
}
request_histograms!(accessors);

impl GenerationMetrics {
    /// Requests that arrived and have not ended, now; at most `u64::MAX`.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        self.waiting.saturating_add(self.running)
    }
}

impl Index<RequestHistogram> for GenerationMetrics {
    type Output = HistogramSnapshot;

    fn index(&self, which: RequestHistogram) -> &HistogramSnapshot {
        &self.histograms[which as usize]
    }
}

impl IndexMut<RequestHistogram> for GenerationMetrics {
    fn index_mut(&mut self, which: RequestHistogram) -> &mut HistogramSnapshot {
        &mut self.histograms[which as usize]
    }
}

/// The calls of one measured function.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SpanMetrics {
    /// The span's name.
    pub span: Arc<str>,
    /// The function's doc comment; may be empty.
    pub help: Arc<str>,
    /// Further labels, sorted by name.
    #[cfg_attr(
        feature = "serde",
        serde(deserialize_with = "super::serialized::labels")
    )]
    pub labels: Vec<Label>,
    /// Calls that are running now. Not a difference, in a window either.
    pub in_flight: u64,
    /// Durations in nanoseconds of calls that ended ok.
    pub ok: HistogramSnapshot,
    /// Durations of calls that returned an error.
    pub error: HistogramSnapshot,
    /// Durations of calls that were dropped before their end.
    pub cancelled: HistogramSnapshot,
    /// Durations of calls that unwound.
    pub panicked: HistogramSnapshot,
}

impl SpanMetrics {
    /// Number of calls by outcome.
    #[must_use]
    pub const fn outcomes(&self) -> Outcomes {
        Outcomes {
            ok: self.ok.count(),
            error: self.error.count(),
            cancelled: self.cancelled.count(),
            panicked: self.panicked.count(),
        }
    }
}

/// The frames of one drawing function.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct FrameMetrics {
    /// The frame's name.
    pub frame: Arc<str>,
    /// The function's doc comment; may be empty.
    pub help: Arc<str>,
    /// Further labels, sorted by name.
    #[cfg_attr(
        feature = "serde",
        serde(deserialize_with = "super::serialized::labels")
    )]
    pub labels: Vec<Label>,
    /// Frames that took longer than their budget.
    pub late: u64,
    /// Frames that were not drawn because one before took longer than its budget: 1 for one that
    /// takes 30 ms of a budget of 20.
    pub dropped: u64,
    /// Time of each frame in nanoseconds; its count is the number of frames.
    pub duration: HistogramSnapshot,
    /// The target in frames per second; 0 where there is none.
    pub target_fps: f64,
}

/// A count that only grows.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct CounterMetrics {
    /// The name, without `_total`.
    pub name: Arc<str>,
    /// The description; may be empty.
    pub help: Arc<str>,
    /// Labels, sorted by name.
    #[cfg_attr(
        feature = "serde",
        serde(deserialize_with = "super::serialized::labels")
    )]
    pub labels: Vec<Label>,
    /// The count.
    pub value: u64,
}

/// A value that goes up and down.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct GaugeMetrics {
    /// The name.
    pub name: Arc<str>,
    /// The description; may be empty.
    pub help: Arc<str>,
    /// Labels, sorted by name.
    #[cfg_attr(
        feature = "serde",
        serde(deserialize_with = "super::serialized::labels")
    )]
    pub labels: Vec<Label>,
    /// The value now. Not a difference, in a window either. Serialized without a value if it is not
    /// finite, and NaN when that is read.
    #[cfg_attr(feature = "serde", serde(with = "super::serialized::finite"))]
    pub value: f64,
}

/// A distribution.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct HistogramMetrics {
    /// The name.
    pub name: Arc<str>,
    /// The description; may be empty.
    pub help: Arc<str>,
    /// Labels, sorted by name.
    #[cfg_attr(
        feature = "serde",
        serde(deserialize_with = "super::serialized::labels")
    )]
    pub labels: Vec<Label>,
    /// The unit of the samples.
    pub unit: Unit,
    /// The samples.
    pub samples: HistogramSnapshot,
}
