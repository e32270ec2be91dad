//! One request of the load, from the client's side.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::results::{LoadResults, RequestTimes};
use crate::client::Client;
use crate::engine::Request;

/// Records on drop, so that a request that is cut off counts too: the slowest must not be left out.
struct Record {
    times: RequestTimes,
    results: Option<Arc<LoadResults>>,
}

/// Sends the request, reads to the end, and cancels after `client_timeout` without a token.
pub(super) async fn run(
    client: Client,
    request: Request,
    intended: Instant,
    client_timeout: Duration,
    results: Option<Arc<LoadResults>>,
) {
    let times = RequestTimes::default();
    let mut record = Record { times, results };
    let times = &mut record.times;
    times.late = intended.elapsed();
    let Ok(Ok(mut tokens)) = timeout(client_timeout, client.send(request)).await else {
        return;
    };
    let mut last = intended;
    loop {
        match timeout(client_timeout, tokens.next()).await {
            Ok(Some(Ok(token))) => {
                let now = Instant::now();
                for _ in 0..token.count {
                    times.token(now - last);
                    last = now;
                }
            }
            Ok(None) => {
                times.completed = true;
                return;
            }
            Ok(Some(Err(_))) | Err(_) => return,
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(results) = &self.results {
            results.add(&self.times);
        }
    }
}
