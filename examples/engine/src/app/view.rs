//! What there is to see at a moment.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::client::{Client, Counts};
use crate::load::{Score, Totals};
use crate::measure::{Instruments, Look, Measured};

/// Everything that can be looked at.
#[derive(Debug)]
pub struct Scene {
    /// Counts what clients see.
    pub client: Client,
    /// Sums up what the load's clients lived through; `None` without a load.
    pub score: Option<Arc<Score>>,
    /// What is served, where, and where it is scraped, in words.
    pub title: String,
    begin: Instant,
    instruments: Mutex<Instruments>,
}

/// The state at a moment.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Since the start.
    pub elapsed: Duration,
    /// What clients saw since then.
    pub counts: Counts,
    /// What the load's clients lived through since then; `None` without a load.
    pub score: Option<Totals>,
    /// Sequences that are in.
    pub running: usize,
    /// Requests that wait.
    pub waiting: usize,
    /// Sequences that may be in.
    pub max_concurrent: usize,
    /// Threads that compute.
    pub workers: usize,
    /// What the SDK knows; `None` in a build that does not measure.
    pub look: Option<Look>,
}

impl Scene {
    /// The clock starts now.
    #[must_use]
    pub fn new(
        client: Client,
        score: Option<Arc<Score>>,
        instruments: Instruments,
        title: String,
    ) -> Self {
        Self {
            client,
            score,
            title,
            begin: Instant::now(),
            instruments: Mutex::new(instruments),
        }
    }

    /// Looks at everything. Takes a snapshot: some microseconds for each series and thread.
    pub fn view(&self) -> View {
        let engine = self.client.engine();
        View {
            elapsed: self.begin.elapsed(),
            counts: self.client.counts(),
            score: self.score.as_ref().map(|score| score.totals()),
            running: engine.running(),
            waiting: engine.waiting(),
            max_concurrent: engine.max_concurrent(),
            workers: engine.workers(),
            look: self.with(Instruments::look),
        }
    }

    /// Everything that the SDK measured.
    #[must_use]
    pub fn measured(&self) -> Option<Measured> {
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
