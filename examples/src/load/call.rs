//! One request as its client lives it.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use crate::client::Client;
use crate::engine::Request;

/// What one client saw. Times count from when it meant to ask.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) late: Duration,
    pub(super) first: Option<Duration>,
    pub(super) gaps: Vec<Duration>,
    pub(super) whole: bool,
}

/// Asks, reads to the end, and leaves after a silence of `patience`.
pub(super) async fn run(
    client: Client,
    request: Request,
    intended: Instant,
    patience: Duration,
) -> Seen {
    let mut seen = Seen {
        late: intended.elapsed(),
        first: None,
        gaps: Vec::with_capacity(request.max_tokens),
        whole: false,
    };
    let Ok(Ok(mut answer)) = timeout(patience, client.ask(request)).await else {
        return seen;
    };
    let mut last = intended;
    loop {
        match timeout(patience, answer.next()).await {
            Ok(Some(Ok(token))) => {
                for _ in 0..token.count {
                    seen.token(Instant::now() - last);
                    last = Instant::now();
                }
            }
            Ok(None) => {
                seen.whole = true;
                return seen;
            }
            Ok(Some(Err(_))) | Err(_) => return seen,
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
