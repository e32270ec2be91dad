//! Readings of an async runtime.

use super::list::group;
use crate::Reading;
use wf_instrument::{Nanos, Ratio};

/// The async runtime that the application told of; absent where it told of none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runtime {
    /// Its workers and their tasks.
    pub workers: Reading<Workers>,
    /// The share of time since the pass before in which its workers were busy: 1 for all of them, all the time. A worker that a task
    /// blocks is busy, and so is a current-thread runtime between two calls that drive it.
    pub busy: Reading<Ratio>,
}

group!(Runtime {
    workers: "runtime",
    busy: "runtime_busy",
});

/// The workers of an async runtime and what they have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workers {
    /// Threads that poll tasks.
    pub workers: u64,
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Tasks that wait in the queue which all workers share. The workers' own queues are not in it.
    pub queued: u64,
    /// How long the workers have been busy, in sum. A worker's time is added when it next has nothing to do.
    pub busy: Nanos,
    /// How often a worker has gone to sleep.
    pub parks: u64,
}
