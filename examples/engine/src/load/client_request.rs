//! One request as its client lives it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::results::{LoadResults, RequestTimes};
use crate::client::Client;
use crate::engine::Request;

/// Adds what was seen to the results when dropped, so that a client that is cut off counts too: those who wait longest must not be left out.
struct Record {
    seen: RequestTimes,
    results: Option<Arc<LoadResults>>,
}

/// Asks, reads to the end, and leaves after a silence of `patience`.
pub(super) async fn run(
    client: Client,
    request: Request,
    intended: Instant,
    patience: Duration,
    results: Option<Arc<LoadResults>>,
) {
    let seen = RequestTimes::default();
    let mut record = Record { seen, results };
    let seen = &mut record.seen;
    seen.late = intended.elapsed();
    let Ok(Ok(mut answer)) = timeout(patience, client.send(request)).await else {
        return;
    };
    let mut last = intended;
    loop {
        match timeout(patience, answer.next()).await {
            Ok(Some(Ok(token))) => {
                let now = Instant::now();
                for _ in 0..token.count {
                    seen.token(now - last);
                    last = now;
                }
            }
            Ok(None) => {
                seen.whole = true;
                return;
            }
            Ok(Some(Err(_))) | Err(_) => return,
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(results) = &self.results {
            results.add(&self.seen);
        }
    }
}
