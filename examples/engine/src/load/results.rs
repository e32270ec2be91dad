//! What the clients of a load lived through, summed up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::quantiles::Quantiles;

/// What a request must keep to count as good.
#[derive(Clone, Copy, Debug)]
pub struct Targets {
    /// To the first token.
    pub ttft: Duration,
    /// Between tokens, on average over the answer.
    pub gap: Duration,
}

/// The sum so far. Kept apart from the SDK, with three significant digits where that has two.
#[derive(Debug)]
pub struct LoadResults {
    targets: Targets,
    sums: Mutex<Sums>,
}

/// In microseconds.
#[derive(Debug)]
struct Sums {
    late: Histogram<u64>,
    ttft: Histogram<u64>,
    gaps: Histogram<u64>,
    good: u64,
}

/// A [`LoadResults`] at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LoadTotals {
    /// How late requests were sent: the load's own fault, and part of the times below.
    pub lateness_seconds: Quantiles,
    /// From the intended arrival to the first token.
    pub ttft_seconds: Quantiles,
    /// Between tokens.
    pub gap_seconds: Quantiles,
    /// Requests that were answered whole and kept both targets.
    pub good: u64,
}

/// What one client saw. Times count from when it meant to ask.
#[derive(Debug, Default)]
pub(super) struct RequestTimes {
    pub(super) late: Duration,
    pub(super) first: Option<Duration>,
    pub(super) gaps: Vec<Duration>,
    pub(super) whole: bool,
}

impl LoadResults {
    /// An empty results.
    ///
    /// # Panics
    /// Never: the histograms' bounds are constants.
    #[must_use]
    pub fn new(targets: Targets) -> Self {
        Self {
            targets,
            sums: Mutex::new(Sums::new()),
        }
    }

    /// The results so far.
    #[must_use]
    pub fn totals(&self) -> LoadTotals {
        let sums = self.lock();
        LoadTotals {
            lateness_seconds: Quantiles::of_micros(&sums.late),
            ttft_seconds: Quantiles::of_micros(&sums.ttft),
            gap_seconds: Quantiles::of_micros(&sums.gaps),
            good: sums.good,
        }
    }

    pub(super) fn add(&self, seen: &RequestTimes) {
        let mut sums = self.lock();
        record(&mut sums.late, seen.late);
        if let Some(first) = seen.first {
            record(&mut sums.ttft, first);
        }
        for &gap in seen.gaps.iter().filter(|gap| **gap >= DRAINING) {
            record(&mut sums.gaps, gap);
        }
        sums.good += u64::from(self.targets.met_by(seen));
    }

    fn lock(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RequestTimes {
    pub(super) fn token(&mut self, after: Duration) {
        match self.first {
            None => self.first = Some(after),
            Some(_) => self.gaps.push(after),
        }
    }
}

/// The shortest time that counts as a gap. Tokens that a client receives in quicker succession had
/// been waiting for it and came together; the SDK counts them in the same way.
const DRAINING: Duration = Duration::from_micros(100);

impl Targets {
    fn met_by(self, seen: &RequestTimes) -> bool {
        let gaps = u32::try_from(seen.gaps.len()).unwrap_or(u32::MAX);
        let steady = seen.gaps.iter().sum::<Duration>() <= self.gap * gaps;
        seen.whole && steady && seen.first.is_some_and(|first| first <= self.ttft)
    }
}

impl Sums {
    fn new() -> Self {
        let hour = || {
            Histogram::new_with_max(3_600_000_000, 3)
                .expect("an hour in µs, 3 digits, is a valid range")
        };
        Self {
            late: hour(),
            ttft: hour(),
            gaps: hour(),
            good: 0,
        }
    }
}

fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: Targets = Targets {
        ttft: Duration::from_millis(500),
        gap: Duration::from_millis(20),
    };

    fn good(first: Option<u64>, gaps: &[u64], whole: bool) -> bool {
        let results = LoadResults::new(TARGETS);
        results.add(&RequestTimes {
            late: Duration::ZERO,
            first: first.map(Duration::from_millis),
            gaps: gaps.iter().copied().map(Duration::from_millis).collect(),
            whole,
        });
        results.totals().good == 1
    }

    #[test]
    fn good_is_whole_and_within_both_targets() {
        assert!(good(Some(500), &[10, 30], true));
        assert!(good(Some(500), &[], true));
    }

    #[test]
    fn a_late_start_a_slow_stream_or_a_cut_answer_is_not_good() {
        assert!(!good(Some(501), &[10, 30], true));
        assert!(!good(Some(500), &[10, 31], true));
        assert!(!good(Some(500), &[10, 30], false));
        assert!(!good(None, &[], true));
    }

    #[test]
    fn tokens_that_were_waiting_end_one_gap() {
        let results = LoadResults::new(TARGETS);
        let gaps = [60_000, 3, 5, 20_000].map(Duration::from_micros).to_vec();
        results.add(&RequestTimes {
            first: Some(Duration::ZERO),
            gaps,
            ..RequestTimes::default()
        });
        let gaps = results.totals().gap_seconds;
        assert_eq!(gaps.count, 2);
        assert!(gaps.p50 > Some(0.019), "{gaps:?}");
    }

    #[test]
    fn nothing_recorded_is_not_zero() {
        let totals = LoadResults::new(TARGETS).totals();
        assert_eq!(totals.ttft_seconds, Quantiles::default());
    }
}
