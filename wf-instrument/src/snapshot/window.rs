//! A snapshot, and the window between two snapshots.

use super::metrics::Metrics;
use crate::units::Nanos;

/// Everything recorded up to a moment.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Snapshot {
    /// The time at which it was taken, on this process's clock ([`clock::now`](crate::clock::now)).
    pub at: Nanos,
    /// Everything recorded since the process began.
    pub metrics: Metrics,
}

/// Everything recorded between two moments.
///
/// ```
/// use wf_instrument::snapshot::{Snapshot, Window};
///
/// let before = Snapshot::take();
/// let window = Window::between(&before, &Snapshot::take());
/// assert_eq!(window.begin, before.at);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Window {
    /// The earlier moment.
    pub begin: Nanos,
    /// The later moment.
    pub end: Nanos,
    /// Everything recorded between them; present states (in flight, gauges) are those of the later
    /// moment.
    pub metrics: Metrics,
}

impl Snapshot {
    /// A snapshot of `metrics` at `at`: for tests and simulations, which do not measure.
    #[must_use]
    pub const fn new(at: Nanos, metrics: Metrics) -> Self {
        Self { at, metrics }
    }
}

impl Window {
    /// The difference of two snapshots. A series that did not exist in the earlier one counts from
    /// zero.
    ///
    /// The order is not checked: with the later snapshot first, the length and all counts are zero.
    #[must_use]
    pub fn between(earlier: &Snapshot, later: &Snapshot) -> Self {
        Self {
            begin: earlier.at,
            end: later.at,
            metrics: later.metrics.since(&earlier.metrics),
        }
    }

    /// The time between its ends.
    #[must_use]
    pub const fn length(&self) -> Nanos {
        self.end.since(self.begin)
    }
}
