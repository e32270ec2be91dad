//! An open-loop load: requests arrive when they were meant to, however slow the answers are.
//!
//! Times count from the intended arrival, so an engine that falls behind cannot hide it by delaying the next question.

mod arrivals;
mod client_request;
mod prompts;
mod results;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use self::arrivals::Arrivals;
use crate::client::Client;

pub use self::prompts::{Prompts, QUESTIONS};
pub use self::results::{LoadResults, LoadTotals, Targets};

/// Who asks what, and how often.
#[derive(Clone, Debug)]
pub struct Load {
    /// Requests a second, on average.
    pub rate: f64,
    /// The same seed gives the same arrivals and prompts.
    pub seed: u64,
    /// The longest silence that a client bears before it leaves.
    pub patience: Duration,
    /// What is asked.
    pub prompts: Prompts,
    /// Requests that arrive before this are sent like all others and leave no mark on the results.
    pub warm_up: Duration,
}

impl Load {
    /// Asks until `stop` becomes true, then waits up to `drain` for the answers that are still coming. What is left then is cut off.
    pub async fn run(
        self,
        client: Client,
        results: Arc<LoadResults>,
        mut stop: watch::Receiver<bool>,
        drain: Duration,
    ) {
        let mut prompts = self.prompts.clone().shuffled(self.seed);
        let mut arrivals = Arrivals::new(self.rate, self.seed);
        let (begin, mut next) = (Instant::now(), arrivals.next_arrival());
        let mut calls = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stopped| *stopped) => break,
                () = sleep_until(begin + next) => {
                    let (request, intended) = (prompts.next_request(), begin + next);
                    let results = (next >= self.warm_up).then(|| Arc::clone(&results));
                    calls.spawn(client_request::run(client.clone(), request, intended, self.patience, results));
                    next = arrivals.next_arrival();
                }
                Some(_) = calls.join_next() => {}
            }
        }
        let ended = timeout(drain, async { while calls.join_next().await.is_some() {} });
        if ended.await.is_err() {
            calls.shutdown().await;
        }
    }
}
