//! The latest snapshots of a process, and windows between any two of them.

use std::collections::VecDeque;

use super::metrics::Metrics;
use super::window::Snapshot;
use crate::units::Nanos;

/// A ring of the latest snapshots, for readers that look back over windows of several lengths.
///
/// Its memory is that of the snapshots in it: a few hundred bytes to some KiB for each series.
/// Readers that need few of the series can remove the rest before they push a snapshot.
///
/// ```
/// use wf_instrument::Nanos;
/// use wf_instrument::snapshot::{History, Snapshot, Window};
///
/// let mut history = History::new(Nanos::from_secs(60));
/// history.push(Snapshot::take());
/// history.push(Snapshot::take());
/// let tokens = |metrics: &wf_instrument::snapshot::Metrics| {
///     metrics.generations.iter().map(|row| row.tokens).sum()
/// };
/// let lengths = [1, 10, 60].map(Nanos::from_secs);
/// match history.shortest(&lengths, 100, tokens) {
///     Some((earlier, later)) => println!("{:?}", Window::between(earlier, later).length()),
///     None => println!("fewer than 100 tokens in the last minute"),
/// }
/// ```
#[derive(Clone, Debug)]
pub struct History {
    /// In the order of their times, each later than the one before.
    snapshots: VecDeque<Snapshot>,
    length: Nanos,
}

/// A snapshot that is younger than a window's beginning by this much still begins the window: who
/// takes a snapshot each second does not take it on the dot.
const TOLERANCE: Nanos = Nanos::from_millis(100);

impl History {
    /// Keeps enough snapshots for windows of `length`.
    #[must_use]
    pub const fn new(length: Nanos) -> Self {
        Self {
            snapshots: VecDeque::new(),
            length,
        }
    }

    /// Adds a snapshot and removes those that no window of the full length needs any more.
    ///
    /// Returns false, and drops the snapshot, where it is not later than the latest.
    pub fn push(&mut self, snapshot: Snapshot) -> bool {
        if self.latest().is_some_and(|latest| snapshot.at <= latest.at) {
            return false;
        }
        let oldest = snapshot.at.since(self.length);
        self.snapshots.push_back(snapshot);
        while self.snapshots.len() > 2 && self.snapshots[1].at <= oldest {
            self.snapshots.pop_front();
        }
        true
    }

    /// The latest snapshot.
    #[must_use]
    pub fn latest(&self) -> Option<&Snapshot> {
        self.snapshots.back()
    }

    /// Removes all snapshots but the latest: later windows begin there at the earliest, as after a
    /// change of settings.
    pub fn cut(&mut self) {
        self.snapshots
            .drain(..self.snapshots.len().saturating_sub(1));
    }

    /// The last two snapshots.
    #[must_use]
    pub fn last(&self) -> Option<(&Snapshot, &Snapshot)> {
        let (latest, before) = self.latest_and_before()?;
        Some((before.last()?, latest))
    }

    /// The two ends of the latest window of `length`; of a shorter one, where there are not enough
    /// snapshots.
    #[must_use]
    pub fn back(&self, length: Nanos) -> Option<(&Snapshot, &Snapshot)> {
        let (latest, mut before) = self.latest_and_before()?;
        let begin = latest.at.since(length).plus(TOLERANCE);
        let earlier = before.rfind(|snapshot| snapshot.at <= begin);
        Some((earlier.or(self.snapshots.front())?, latest))
    }

    /// The two ends of the shortest of the latest windows of these `lengths`, in ascending order,
    /// in which `count` grew by `needed`.
    ///
    /// For quantiles, see [`samples_needed`](crate::histogram::samples_needed).
    #[must_use]
    pub fn shortest(
        &self,
        lengths: &[Nanos],
        needed: u64,
        count: impl Fn(&Metrics) -> u64,
    ) -> Option<(&Snapshot, &Snapshot)> {
        let latest = count(&self.latest()?.metrics);
        let windows = lengths.iter().filter_map(|&length| self.back(length));
        let grown = |earlier: &Snapshot| latest.saturating_sub(count(&earlier.metrics));
        { windows }.find(|(earlier, _)| grown(earlier) >= needed)
    }

    fn latest_and_before(&self) -> Option<(&Snapshot, impl DoubleEndedIterator<Item = &Snapshot>)> {
        let mut snapshots = self.snapshots.iter();
        let latest = snapshots.next_back()?;
        (snapshots.len() > 0).then_some((latest, snapshots))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A snapshot at second `at`, of a process that counts one a second.
    fn snapshot(at: u64) -> Snapshot {
        Snapshot {
            at: Nanos::from_secs(at),
            metrics: Metrics {
                orphan_tokens: at,
                ..Metrics::default()
            },
        }
    }

    fn seconds(at: impl IntoIterator<Item = u64>) -> History {
        let mut history = History::new(Nanos::from_secs(10));
        assert!(at.into_iter().all(|at| history.push(snapshot(at))));
        history
    }

    fn ends(window: Option<(&Snapshot, &Snapshot)>) -> Option<(u64, u64)> {
        let secs = |snapshot: &Snapshot| snapshot.metrics.orphan_tokens;
        window.map(|(earlier, later)| (secs(earlier), secs(later)))
    }

    #[test]
    fn windows_reach_back_as_far_as_they_are_long_or_there_are_snapshots() {
        let history = seconds(1..=8);
        assert_eq!(ends(history.last()), Some((7, 8)));
        assert_eq!(ends(history.back(Nanos::from_secs(3))), Some((5, 8)));
        assert_eq!(ends(history.back(Nanos::from_millis(3_050))), Some((5, 8)));
        assert_eq!(ends(history.back(Nanos::from_secs(60))), Some((1, 8)));
        assert_eq!(ends(seconds([1]).back(Nanos::ZERO)), None);
        assert_eq!(ends(seconds([]).last()), None);
    }

    #[test]
    fn snapshots_that_no_window_needs_are_removed_and_one_at_the_full_length_stays() {
        let history = seconds(1..=30);
        assert_eq!(history.snapshots.len(), 11);
        assert_eq!(ends(history.back(Nanos::from_secs(10))), Some((20, 30)));
    }

    #[test]
    fn the_shortest_window_with_enough_samples_is_found() {
        let history = seconds(1..=8);
        let lengths = [1, 2, 4, 8].map(Nanos::from_secs);
        let count = |metrics: &Metrics| metrics.orphan_tokens;
        let found = |needed| ends(history.shortest(&lengths, needed, count));
        assert_eq!(found(1), Some((7, 8)));
        assert_eq!(found(3), Some((4, 8)));
        assert_eq!(found(7), Some((1, 8)));
        assert_eq!(found(8), None);
    }

    #[test]
    fn a_cut_and_a_clock_that_went_back_leave_no_window_across() {
        let mut history = seconds(1..=8);
        assert!(!history.push(snapshot(8)));
        history.cut();
        assert_eq!(ends(history.last()), None);
        assert!(history.push(snapshot(9)));
        assert_eq!(ends(history.back(Nanos::from_secs(5))), Some((8, 9)));
    }
}
