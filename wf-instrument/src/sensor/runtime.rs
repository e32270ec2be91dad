//! What tokio says of itself, by those of its metrics that are stable.

use tokio::runtime::{Handle, RuntimeMetrics};

use super::reading::Reading;
use super::readings::{self, Workers};
use super::since::{Since, share};
use crate::units::{Nanos, Ratio, to_f64};

/// Reads the metrics of one runtime: a few loads for each of its workers.
#[derive(Debug)]
pub(super) struct Runtime {
    metrics: RuntimeMetrics,
    busy: Since<Nanos, Ratio>,
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
        let now = Reading::of(Ok(workers.busy));
        let busy = self.busy.read(now, |before, now, span| {
            share(*before, *now, span, to_f64(workers.workers))
        });
        readings::Runtime {
            workers: Reading::of(Ok(workers)),
            busy,
        }
    }
}

fn workers(metrics: &RuntimeMetrics) -> Workers {
    let each = 0..metrics.num_workers();
    let busy = each
        .clone()
        .map(|worker| Nanos::from(metrics.worker_total_busy_duration(worker)));
    Workers {
        workers: metrics.num_workers() as u64,
        tasks: metrics.num_alive_tasks() as u64,
        queued: metrics.global_queue_depth() as u64,
        busy: busy.fold(Nanos::ZERO, Nanos::plus),
        parks: each.map(|worker| metrics.worker_park_count(worker)).sum(),
    }
}
