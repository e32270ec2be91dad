//! The engine: requests pass the gate, then workers advance them token by token.
//!
//! ```text
//! complete() ─▶ gate (at most N in, a deadline for the rest) ─▶ run_queue (sequences that can go on) ⇄ workers (one step at a time)
//!      ▲                                                                                             │
//!      └──────────────────────────────────── one channel a request ◀─────────────────────────────────┘
//! ```
//! Two numbers move while requests run: how many sequences are in ([`Engine::set_max_concurrent`]) and how many threads compute
//! ([`Engine::set_workers`]).

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

/// How many threads may compute.
pub const WORKERS: RangeInclusive<usize> = 1..=16;

/// How many sequences may be in at once.
pub const MAX_CONCURRENT: RangeInclusive<usize> = 1..=64;

/// What an engine starts with.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Threads that compute; held within [`WORKERS`].
    pub workers: usize,
    /// Sequences in at once; held within [`MAX_CONCURRENT`].
    pub max_concurrent: usize,
    /// Requests that may wait for their turn.
    pub queue: usize,
    /// The longest wait for a turn.
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

/// A model that answers many requests at once. Dropping it ends what still runs with [`EngineError::Stopped`].
#[derive(Debug)]
pub struct Engine {
    model: Arc<Model>,
    gate: Gate,
    run_queue: Arc<RunQueue<Running>>,
    threads: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts all the worker threads that there may ever be; those past `settings.workers` sleep.
    ///
    /// # Errors
    /// When the system gives no more threads.
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

    /// Answers a request: waits for its turn, then streams tokens until one says why it was the last.
    ///
    /// Dropping the future leaves the queue; dropping the stream ends the sequence before its next step.
    ///
    /// # Errors
    /// [`EngineError`] when the request cannot be served or its turn did not come in time. The stream may end with one too.
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

    /// The model's name, as clients ask for it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Sequences that are in.
    #[must_use]
    pub fn running(&self) -> usize {
        self.gate.in_use()
    }

    /// Requests that wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.gate.queue_depth()
    }

    /// Sequences that may be in at once.
    #[must_use]
    pub fn max_concurrent(&self) -> usize {
        self.gate.limit()
    }

    /// Moves that limit, held within [`MAX_CONCURRENT`]. What runs goes on.
    pub fn set_max_concurrent(&self, limit: usize) {
        self.gate.set_limit(within(&MAX_CONCURRENT, limit));
    }

    /// Threads that compute.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.run_queue.workers()
    }

    /// Moves that number, held within [`WORKERS`]. Each thread follows after its present step.
    pub fn set_workers(&self, workers: usize) {
        self.run_queue.set_workers(within(&WORKERS, workers));
    }

    /// Ends everything that runs or waits with [`EngineError::Stopped`], and answers no more.
    pub fn stop(&self) {
        self.run_queue.close();
    }

    /// Whether a request could be served at all. Refused here, it never arrives: a mistake of its client's is no failure of the engine's.
    ///
    /// # Errors
    /// [`EngineError`] that says what is wrong with it.
    pub fn check(&self, request: &Request) -> Result<(), EngineError> {
        let (tokens, context) = (request.prompt_len(), self.model.context());
        match tokens {
            0 => Err(EngineError::EmptyPrompt),
            _ if request.max_tokens == 0 => Err(EngineError::NothingAsked),
            _ if request.min_tokens > request.max_tokens => Err(EngineError::MinAboveMax {
                min: request.min_tokens,
                max: request.max_tokens,
            }),
            _ if tokens.saturating_add(request.max_tokens) > context => Err(EngineError::TooLong {
                prompt: tokens,
                answer: request.max_tokens,
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
            // A worker catches what its steps throw; there is nothing else that could unwind.
            let _ = thread.join();
        }
    }
}

fn within(range: &RangeInclusive<usize>, value: usize) -> usize {
    value.clamp(*range.start(), *range.end())
}
