//! Latencies and goodput of the load's clients.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::quantiles::Quantiles;

/// Latency targets for goodput.
#[derive(Clone, Copy, Debug)]
pub struct Targets {
    /// Time to first token.
    pub ttft: Duration,
    /// Mean inter-token latency of a request.
    pub itl: Duration,
}

/// Latencies so far. Independent of the SDK, with three significant digits instead of two.
#[derive(Debug)]
pub struct LoadResults {
    targets: Targets,
    sums: Mutex<Sums>,
}

/// Histograms in microseconds.
#[derive(Debug)]
struct Sums {
    late: Histogram<u64>,
    ttft: Histogram<u64>,
    intervals: Histogram<u64>,
    good: u64,
}

/// [`LoadResults`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LoadTotals {
    /// Delay of the load generator itself: scheduled arrival to send. Part of the times below.
    pub lateness_seconds: Quantiles,
    /// From the scheduled arrival to the first token.
    pub ttft_seconds: Quantiles,
    /// Inter-token latency.
    #[serde(rename = "gap_seconds")]
    pub itl_seconds: Quantiles,
    /// Requests that completed and met both targets.
    pub good: u64,
}

/// Times of one request, from its scheduled arrival.
#[derive(Debug, Default)]
pub(super) struct RequestTimes {
    pub(super) late: Duration,
    pub(super) first: Option<Duration>,
    pub(super) intervals: Vec<Duration>,
    pub(super) completed: bool,
}

impl LoadResults {
    /// Results without samples.
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

    /// Results so far.
    #[must_use]
    pub fn totals(&self) -> LoadTotals {
        let sums = self.lock();
        LoadTotals {
            lateness_seconds: Quantiles::of_micros(&sums.late),
            ttft_seconds: Quantiles::of_micros(&sums.ttft),
            itl_seconds: Quantiles::of_micros(&sums.intervals),
            good: sums.good,
        }
    }

    pub(super) fn add(&self, times: &RequestTimes) {
        let mut sums = self.lock();
        record(&mut sums.late, times.late);
        if let Some(first) = times.first {
            record(&mut sums.ttft, first);
        }
        for &interval in times
            .intervals
            .iter()
            .filter(|interval| **interval >= SHORTEST)
        {
            record(&mut sums.intervals, interval);
        }
        sums.good += u64::from(self.targets.met_by(times));
    }

    fn lock(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RequestTimes {
    pub(super) fn token(&mut self, after: Duration) {
        match self.first {
            None => self.first = Some(after),
            Some(_) => self.intervals.push(after),
        }
    }
}

/// Shortest interval that is recorded. Tokens that arrive faster had been waiting for the client
/// and arrived together; the SDK counts them the same way.
const SHORTEST: Duration = Duration::from_micros(100);

impl Targets {
    fn met_by(self, times: &RequestTimes) -> bool {
        let intervals = u32::try_from(times.intervals.len()).unwrap_or(u32::MAX);
        let steady = times.intervals.iter().sum::<Duration>() <= self.itl * intervals;
        times.completed && steady && times.first.is_some_and(|first| first <= self.ttft)
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
            intervals: hour(),
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
        itl: Duration::from_millis(20),
    };

    fn good(first: Option<u64>, intervals: &[u64], completed: bool) -> bool {
        let results = LoadResults::new(TARGETS);
        results.add(&RequestTimes {
            late: Duration::ZERO,
            first: first.map(Duration::from_millis),
            intervals: intervals
                .iter()
                .copied()
                .map(Duration::from_millis)
                .collect(),
            completed,
        });
        results.totals().good == 1
    }

    #[test]
    fn good_is_completed_and_within_both_targets() {
        assert!(good(Some(500), &[10, 30], true));
        assert!(good(Some(500), &[], true));
    }

    #[test]
    fn a_late_first_token_a_slow_stream_or_a_cancelled_request_is_not_good() {
        assert!(!good(Some(501), &[10, 30], true));
        assert!(!good(Some(500), &[10, 31], true));
        assert!(!good(Some(500), &[10, 30], false));
        assert!(!good(None, &[], true));
    }

    #[test]
    fn tokens_that_arrive_together_are_one_interval() {
        let results = LoadResults::new(TARGETS);
        let intervals = [60_000, 3, 5, 20_000].map(Duration::from_micros).to_vec();
        results.add(&RequestTimes {
            first: Some(Duration::ZERO),
            intervals,
            ..RequestTimes::default()
        });
        let intervals = results.totals().itl_seconds;
        assert_eq!(intervals.count, 2);
        assert!(intervals.p50 > Some(0.019), "{intervals:?}");
    }

    #[test]
    fn nothing_recorded_is_not_zero() {
        let totals = LoadResults::new(TARGETS).totals();
        assert_eq!(totals.ttft_seconds, Quantiles::default());
    }
}
