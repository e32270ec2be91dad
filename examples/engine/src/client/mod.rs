//! Clients of the engine, with counts of their own.
//!
//! Every client, on a socket or in this process, sends its requests through here. The counts do not
//! use the SDK, so that the two can be compared at the end: each request has exactly one outcome,
//! and each token that arrived was counted.

mod counted_stream;
mod counts;

use std::sync::Arc;

use self::counts::Counters;
use crate::engine::{Engine, EngineError, Request};

pub use self::counted_stream::CountedStream;
pub use self::counts::Counts;

/// Sends requests to an engine and counts their outcomes. Clones share their counts.
#[derive(Clone, Debug)]
pub struct Client {
    engine: Arc<Engine>,
    counters: Arc<Counters>,
}

impl Client {
    /// A client of `engine` with all counts at zero.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        let counters = Arc::default();
        Self { engine, counters }
    }

    /// Sends a request. Dropping the future or the stream counts as cancelled.
    ///
    /// # Errors
    /// As [`Engine::complete`].
    pub async fn send(&self, request: Request) -> Result<CountedStream, EngineError> {
        self.engine.check(&request)?;
        let open = Counters::sent(&self.counters, request.prompt_len());
        match self.engine.complete(request).await {
            Ok(tokens) => Ok(CountedStream::new(tokens, open)),
            Err(error) => {
                open.failed(&error);
                Err(error)
            }
        }
    }

    /// The engine.
    #[must_use]
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.counts()
    }
}
