//! What clients see, counted on their side.
//!
//! Every client, on a socket or in this process, asks through here. The counts are kept without the SDK, so that the two can be compared
//! at the end: each request sent has exactly one end, and each token that arrived is one that was counted.

mod answer;
mod tally;

use std::sync::Arc;

use self::tally::Tally;
use crate::engine::{Engine, EngineError, Request};

pub use self::answer::Answer;
pub use self::tally::Counts;

/// Asks an engine and counts what comes of it. A clone counts in the same place.
#[derive(Clone, Debug)]
pub struct Client {
    engine: Arc<Engine>,
    tally: Arc<Tally>,
}

impl Client {
    /// A client of `engine` that has sent nothing yet.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        let tally = Arc::default();
        Self { engine, tally }
    }

    /// Sends a request. Dropping the future or the answer counts as having left.
    ///
    /// # Errors
    /// As [`Engine::complete`].
    pub async fn ask(&self, request: Request) -> Result<Answer, EngineError> {
        self.engine.check(&request)?;
        let call = Tally::sent(&self.tally, request.prompt_len());
        match self.engine.complete(request).await {
            Ok(tokens) => Ok(Answer::new(tokens, call)),
            Err(error) => {
                call.failed(&error);
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
        self.tally.counts()
    }
}
