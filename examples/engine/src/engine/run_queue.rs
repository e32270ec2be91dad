//! The queue of sequences that can advance, and the workers that take turns at it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::error::EngineError;

/// Work that advances in steps: in this engine, a sequence.
pub(super) trait Work: Send + 'static {
    fn step(&mut self) -> Progress;

    /// Ends the work after a step panicked.
    fn fail(&mut self, error: EngineError);
}

/// The state after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Continues,
    Ended,
}

/// First in, first out: work returns to the back after a step, so all of it advances at the same
/// pace.
#[derive(Debug)]
pub(super) struct RunQueue<W> {
    state: Mutex<State<W>>,
    /// Notifies workers below the limit: there is work.
    work: Condvar,
    /// Notifies workers above the limit: it may have grown.
    grown: Condvar,
}

#[derive(Debug)]
struct State<W> {
    ready: VecDeque<W>,
    workers: usize,
    closed: bool,
}

impl<W> RunQueue<W> {
    pub(super) const fn new(workers: usize) -> Self {
        Self {
            state: Mutex::new(State {
                ready: VecDeque::new(),
                workers,
                closed: false,
            }),
            work: Condvar::new(),
            grown: Condvar::new(),
        }
    }

    pub(super) fn submit(&self, work: W) {
        let mut state = self.lock();
        if !state.closed {
            state.ready.push_back(work);
            self.work.notify_one();
        }
    }

    /// Returns the work of the last step and takes the next. Blocks while there is none, or while
    /// the worker is above the limit. `None` after [`close`](Self::close).
    pub(super) fn next(&self, worker: usize, returned: Option<W>) -> Option<W> {
        let mut state = self.lock();
        if state.closed {
            // Dropped after the lock is released: its destructor may use the queue.
            drop(state);
            drop(returned);
            return None;
        }
        state.ready.extend(returned);
        while !state.closed {
            if worker >= state.workers {
                // The notification that woke this worker is for another.
                self.work.notify_one();
                state = sleep(&self.grown, state);
            } else if let Some(next) = state.ready.pop_front() {
                return Some(next);
            } else {
                state = sleep(&self.work, state);
            }
        }
        None
    }

    pub(super) fn workers(&self) -> usize {
        self.lock().workers
    }

    pub(super) fn set_workers(&self, workers: usize) {
        self.lock().workers = workers;
        self.wake_all();
    }

    /// Drops all work and ends the workers.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let dropped = std::mem::take(&mut state.ready);
        drop(state);
        drop(dropped);
        self.wake_all();
    }

    fn wake_all(&self) {
        self.work.notify_all();
        self.grown.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sleep<'a, W>(on: &Condvar, state: MutexGuard<'a, State<W>>) -> MutexGuard<'a, State<W>> {
    on.wait(state).unwrap_or_else(PoisonError::into_inner)
}
