//! What there is to see at a moment.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::client::{Client, Counts};
use crate::load::{LoadResults, LoadTotals};
use crate::measure::{Instruments, MeasuredTotals, Recent};

/// Everything that can be looked at.
#[derive(Debug)]
pub struct Monitor {
    /// Counts what clients see.
    pub client: Client,
    /// Sums up what the load's clients lived through; `None` without a load.
    pub results: Option<Arc<LoadResults>>,
    /// What is served, where, and where it is scraped, in words.
    pub title: String,
    begin: Instant,
    instruments: Mutex<Instruments>,
}

/// The state at a moment.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Since the start.
    pub elapsed: Duration,
    /// What clients saw since then.
    pub counts: Counts,
    /// What the load's clients lived through since then; `None` without a load.
    pub results: Option<LoadTotals>,
    /// Sequences that are in.
    pub running: usize,
    /// Requests that wait.
    pub waiting: usize,
    /// Sequences that may be in.
    pub max_concurrent: usize,
    /// Threads that compute.
    pub workers: usize,
    /// What the SDK knows; `None` in a build that does not measure.
    pub recent: Option<Recent>,
}

impl Monitor {
    /// The clock starts now.
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

    /// Looks at everything. Takes a snapshot: some microseconds for each series and thread.
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

    /// Everything that the SDK measured.
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
