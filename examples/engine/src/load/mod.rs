//! An open-loop load: requests arrive on schedule, however slow the engine is.
//!
//! Times count from the scheduled arrival, so a slow engine cannot hide latency by delaying the
//! next request (coordinated omission).

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

/// Settings of the load.
#[derive(Clone, Debug)]
pub struct Load {
    /// Mean requests per second.
    pub rate: f64,
    /// The same seed gives the same arrivals and prompts.
    pub seed: u64,
    /// Longest time without a token before a client cancels.
    pub client_timeout: Duration,
    /// Prompts to choose from.
    pub prompts: Prompts,
    /// Requests that arrive earlier are sent, but not recorded in the results.
    pub warm_up: Duration,
}

impl Load {
    /// Sends requests until `stop` becomes true, then waits up to `drain` for those in flight and
    /// cancels the rest.
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
                    let client = client.clone();
                    calls.spawn(client_request::run(
                        client, request, intended, self.client_timeout, results,
                    ));
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
