//! What clients see, counted on their side.
//!
//! Every client, on a socket or in this process, asks through here. The counts are kept without the SDK, so that the two can be compared
//! at the end: each request sent has exactly one end, and each token that arrived is one that was counted.

mod counted_stream;
mod counts;

use std::sync::Arc;

use self::counts::Counters;
use crate::engine::{Engine, EngineError, Request};

pub use self::counted_stream::CountedStream;
pub use self::counts::Counts;

/// Asks an engine and counts what comes of it. A clone counts in the same place.
#[derive(Clone, Debug)]
pub struct Client {
    engine: Arc<Engine>,
    counters: Arc<Counters>,
}

impl Client {
    /// A client of `engine` that has sent nothing yet.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        let counters = Arc::default();
        Self { engine, counters }
    }

    /// Sends a request. Dropping the future or the answer counts as having cancelled.
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

    /// The engine that it asks.
    #[must_use]
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.counts()
    }
}
