//! The state of a run: engine, clients, load and instruments.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::client::{Client, Counts};
use crate::load::{LoadResults, LoadTotals};
use crate::measure::{Instruments, MeasuredTotals, Recent};

/// Read access to everything that runs.
#[derive(Debug)]
pub struct Monitor {
    /// Counts of all clients.
    pub client: Client,
    /// Latencies of the built-in load's clients; `None` without it.
    pub results: Option<Arc<LoadResults>>,
    /// Model and addresses, as one line.
    pub title: String,
    begin: Instant,
    instruments: Mutex<Instruments>,
}

/// The state at one moment.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Time since the start.
    pub elapsed: Duration,
    /// Counts of all clients since the start.
    pub counts: Counts,
    /// Latencies of the built-in load's clients since the start; `None` without it.
    pub results: Option<LoadTotals>,
    /// Sequences that are running.
    pub running: usize,
    /// Queue depth: requests that wait for admission.
    pub waiting: usize,
    /// Limit of concurrent sequences.
    pub max_concurrent: usize,
    /// Worker threads.
    pub workers: usize,
    /// Metrics of the last seconds; `None` in a build without the SDK.
    pub recent: Option<Recent>,
}

impl Monitor {
    /// A monitor whose clock starts now.
    #[must_use]
    pub fn new(
        client: Client,
        results: Option<Arc<LoadResults>>,
        instruments: Instruments,
        title: String,
    ) -> Self {
        Self {
            client,
            results,
            title,
            begin: Instant::now(),
            instruments: Mutex::new(instruments),
        }
    }

    /// Reads the state. Takes a snapshot: some microseconds per series and thread.
    pub fn status(&self) -> Status {
        let engine = self.client.engine();
        Status {
            elapsed: self.begin.elapsed(),
            counts: self.client.counts(),
            results: self.results.as_ref().map(|results| results.totals()),
            running: engine.running(),
            waiting: engine.waiting(),
            max_concurrent: engine.max_concurrent(),
            workers: engine.workers(),
            recent: self.with(Instruments::recent),
        }
    }

    /// Metrics of the SDK since the start.
    #[must_use]
    pub fn measured(&self) -> Option<MeasuredTotals> {
        self.with(|instruments| instruments.measured())
    }

    fn with<T>(&self, read: impl FnOnce(&mut Instruments) -> T) -> T {
        let mut instruments = self
            .instruments
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        read(&mut instruments)
    }
}
