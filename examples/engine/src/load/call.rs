//! One request as its client lives it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::score::Score;
use crate::client::Client;
use crate::engine::Request;

/// What one client saw. Times count from when it meant to ask.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) late: Duration,
    pub(super) first: Option<Duration>,
    pub(super) gaps: Vec<Duration>,
    pub(super) whole: bool,
}

/// Adds what was seen to the score when dropped, so that a client that is cut off counts too: those who wait longest must not be left out.
struct Record {
    seen: Seen,
    score: Option<Arc<Score>>,
}

/// Asks, reads to the end, and leaves after a silence of `patience`.
pub(super) async fn run(
    client: Client,
    request: Request,
    intended: Instant,
    patience: Duration,
    score: Option<Arc<Score>>,
) {
    let seen = Seen::default();
    let mut record = Record { seen, score };
    let seen = &mut record.seen;
    seen.late = intended.elapsed();
    let Ok(Ok(mut answer)) = timeout(patience, client.ask(request)).await else {
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

impl Seen {
    fn token(&mut self, after: Duration) {
        match self.first {
            None => self.first = Some(after),
            Some(_) => self.gaps.push(after),
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(score) = &self.score {
            score.add(&self.seen);
        }
    }
}
