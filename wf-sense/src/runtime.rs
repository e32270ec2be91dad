//! The metrics of a tokio runtime, as far as they are stable.

use crate::number::to_f64;
use tokio::runtime::{Handle, RuntimeMetrics};

use super::reading::Reading;
use super::readings::{self, Workers};
use super::since::Since;
use wf_instrument::{Nanos, Ratio};

/// Reads the metrics of one runtime: a few loads for each of its workers.
#[derive(Debug)]
pub(super) struct Runtime {
    metrics: RuntimeMetrics,
    busy: Since<Vec<Worker>, Ratio>,
}

/// One worker as its counters stand.
#[derive(Clone, Copy, Debug)]
struct Worker {
    /// Times it went to sleep or woke up: it sleeps while this is odd.
    turns: u64,
    /// Time it was busy, until it last went to sleep.
    busy: Nanos,
    /// Time that was reported before it went to sleep.
    reported_ahead: Nanos,
}

impl Runtime {
    pub(super) fn new(runtime: &Handle) -> Self {
        Self {
            metrics: runtime.metrics(),
            busy: Since::new(),
        }
    }

    pub(super) fn read(&mut self) -> readings::Runtime {
        let workers = workers(&self.metrics);
        let summary = summary(&self.metrics, &workers);
        let now = Reading::of(Ok(workers));
        let busy = self.busy.read(now, |before, now, span| {
            Ratio::of(busy(before, now, span), span.as_secs()).ok_or("no worker".into())
        });
        readings::Runtime {
            workers: Reading::of(Ok(summary)),
            busy,
        }
    }
}

fn workers(metrics: &RuntimeMetrics) -> Vec<Worker> {
    let workers = 0..metrics.num_workers();
    workers
        .map(|worker| Worker {
            turns: metrics.worker_park_unpark_count(worker),
            busy: metrics.worker_total_busy_duration(worker).into(),
            reported_ahead: Nanos::ZERO,
        })
        .collect()
}

fn summary(metrics: &RuntimeMetrics, workers: &[Worker]) -> Workers {
    let busy = workers.iter().map(|worker| worker.busy);
    Workers {
        workers: workers.len() as u64,
        tasks: metrics.num_alive_tasks() as u64,
        queued: metrics.global_queue_depth() as u64,
        busy: busy.fold(Nanos::ZERO, Nanos::plus),
        parks: workers.iter().map(|worker| worker.turns.div_ceil(2)).sum(),
    }
}

/// The mean of the seconds that a worker was busy in `span`.
fn busy(before: &[Worker], now: &mut [Worker], span: Nanos) -> f64 {
    let workers = to_f64(now.len() as u64);
    let each = before.iter().zip(now);
    let seconds: f64 = each
        .map(|(before, now)| now.since(*before, span).as_secs())
        .sum();
    seconds / workers
}

impl Worker {
    /// Time it was busy since `before`. One that has not slept since was busy all the time; its own
    /// count shows that only when it next sleeps, and then all at once.
    fn since(&mut self, before: Self, span: Nanos) -> Nanos {
        // One that was never asleep has perhaps not begun.
        let awake = self.turns > 0 && self.turns.is_multiple_of(2);
        if awake && self.turns == before.turns {
            self.reported_ahead = before.reported_ahead.plus(span);
            return span;
        }
        let counted = self.busy.since(before.busy);
        counted.since(before.reported_ahead).min(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(turns: u64, seconds: u64) -> Worker {
        Worker {
            turns,
            busy: Nanos::from_secs(seconds),
            reported_ahead: Nanos::ZERO,
        }
    }

    #[test]
    fn a_worker_that_never_sleeps_is_busy_and_one_that_sleeps_on_is_not() {
        let span = Nanos::from_secs(4);
        for (before, mut now, seconds) in [
            (worker(3, 10), worker(5, 12), 2),
            (worker(2, 10), worker(2, 10), 4),
            (worker(3, 10), worker(3, 10), 0),
            (worker(0, 0), worker(0, 0), 0),
            (worker(2, 10), worker(3, 99), 4),
        ] {
            let busy = now.since(before, span);
            assert_eq!(busy, Nanos::from_secs(seconds), "{before:?} {now:?}");
        }
        let before = [worker(2, 10), worker(3, 10)];
        let mut now = before;
        assert!((busy(&before, &mut now, span) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn time_reported_of_a_blocked_worker_is_not_reported_again_when_it_sleeps() {
        let span = Nanos::from_secs(4);
        let first = worker(2, 10);
        let mut second = worker(2, 10);
        assert_eq!(second.since(first, span), span);
        // Nine seconds in one poll: four were reported, four more come now.
        let mut asleep = worker(3, 19);
        assert_eq!(asleep.since(second, span), Nanos::from_secs(4));
        let mut asleep = worker(3, 15);
        assert_eq!(asleep.since(second, span), Nanos::from_secs(1));
    }
}
