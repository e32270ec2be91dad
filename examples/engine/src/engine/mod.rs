//! The engine: requests pass a gate, then workers generate their tokens one by one.
//!
//! ```text
//! complete() ─▶ gate (at most N admitted) ─▶ run queue (sequences) ⇄ workers (one step each)
//!     ▲                                                                  │
//!     └───────────────── one channel per request ◀───────────────────────┘
//! ```
//! Two numbers can change while requests run: the limit of concurrent sequences
//! ([`Engine::set_max_concurrent`]) and the number of worker threads ([`Engine::set_workers`]).

mod error;
mod request;
mod run_queue;
mod running;
mod stop_strings;
#[cfg(test)]
mod tests;
mod token;
mod worker;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::mpsc;
use wf_govern::gate::Gate;
use wf_instrument::{admitted, wf_measure};

use self::run_queue::RunQueue;
use self::running::Running;
use self::token::TokenStream;
use crate::model::Model;

pub use self::error::EngineError;
pub use self::request::Request;
pub use self::token::{Finish, Token};

/// Range of the number of worker threads.
pub const WORKERS: RangeInclusive<usize> = 1..=16;

/// Range of the limit of concurrent sequences.
pub const MAX_CONCURRENT: RangeInclusive<usize> = 1..=64;

/// Initial settings of an engine.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Worker threads; clamped to [`WORKERS`].
    pub workers: usize,
    /// Concurrent sequences; clamped to [`MAX_CONCURRENT`].
    pub max_concurrent: usize,
    /// Maximum queue depth.
    pub queue: usize,
    /// Maximum queue time.
    pub max_wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: 2,
            max_concurrent: 8,
            queue: 256,
            max_wait: Duration::from_secs(2),
        }
    }
}

/// A model that serves many requests at once. Dropping it ends requests with
/// [`EngineError::Stopped`].
#[derive(Debug)]
pub struct Engine {
    model: Arc<Model>,
    gate: Gate,
    run_queue: Arc<RunQueue<Running>>,
    threads: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts the maximum number of worker threads; those above `settings.workers` sleep.
    ///
    /// # Errors
    /// When the operating system refuses a thread.
    pub fn start(model: Arc<Model>, settings: Settings) -> Result<Self, EngineError> {
        let limit = within(&MAX_CONCURRENT, settings.max_concurrent);
        let run_queue = Arc::new(RunQueue::new(within(&WORKERS, settings.workers)));
        let threads = (0..*WORKERS.end())
            .map(|index| worker::spawn(index, Arc::clone(&run_queue)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            model,
            gate: Gate::new(limit, settings.queue, settings.max_wait),
            run_queue,
            threads,
        })
    }

    /// Serves a request: waits for admission, then streams its tokens. The last one has a finish
    /// reason.
    ///
    /// Dropping the future leaves the queue; dropping the stream ends the sequence before its next
    /// step.
    ///
    /// # Errors
    /// [`EngineError`] when the request is invalid or rejected. The stream may end with one too.
    #[wf_measure(
        ttft,
        model = self.name(),
        tokens = |token: &Token| (token.count, token.made),
        prompt_tokens = request.prompt_len()
    )]
    pub async fn complete(
        &self,
        request: Request,
    ) -> Result<impl Stream<Item = Result<Token, EngineError>> + use<>, EngineError> {
        self.check(&request)?;
        let permit = self.gate.admit().await?;
        admitted();
        let (tokens, received) = mpsc::unbounded_channel();
        let running = Running::new(&self.model, request, tokens, permit)?;
        self.run_queue.submit(running);
        Ok(TokenStream::new(received))
    }

    /// Name of the model.
    #[must_use]
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Sequences that are running.
    #[must_use]
    pub fn running(&self) -> usize {
        self.gate.in_use()
    }

    /// Queue depth.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.gate.queue_depth()
    }

    /// Returns the admission gate of the requests.
    #[must_use]
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Limit of concurrent sequences.
    #[must_use]
    pub fn max_concurrent(&self) -> usize {
        self.gate.limit()
    }

    /// Sets that limit, clamped to [`MAX_CONCURRENT`]. Running sequences are not affected.
    pub fn set_max_concurrent(&self, limit: usize) {
        self.gate.set_limit(within(&MAX_CONCURRENT, limit));
    }

    /// Number of worker threads.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.run_queue.workers()
    }

    /// Sets that number, clamped to [`WORKERS`]. It takes effect after the current steps.
    pub fn set_workers(&self, workers: usize) {
        self.run_queue.set_workers(within(&WORKERS, workers));
    }

    /// Ends all requests with [`EngineError::Stopped`] and admits no more.
    pub fn stop(&self) {
        self.run_queue.close();
    }

    /// Validates a request. An invalid one is not counted: the client's mistake is no failure of
    /// the engine.
    ///
    /// # Errors
    /// [`EngineError`] with the reason.
    pub fn check(&self, request: &Request) -> Result<(), EngineError> {
        let (tokens, context) = (request.prompt_len(), self.model.context());
        match tokens {
            0 => Err(EngineError::EmptyPrompt),
            _ if request.max_tokens == 0 => Err(EngineError::NoTokensRequested),
            _ if request.min_tokens > request.max_tokens => Err(EngineError::MinAboveMax {
                min: request.min_tokens,
                max: request.max_tokens,
            }),
            _ if tokens.saturating_add(request.max_tokens) > context => Err(EngineError::TooLong {
                prompt: tokens,
                max_tokens: request.max_tokens,
                context,
            }),
            _ => Ok(self.model.check_tokens(&request.prompt)?),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            // A worker catches panics of its steps; nothing else can unwind.
            let _ = thread.join();
        }
    }
}

fn within(range: &RangeInclusive<usize>, value: usize) -> usize {
    value.clamp(*range.start(), *range.end())
}
