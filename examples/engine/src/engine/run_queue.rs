//! The work that can go on, and the threads that take turns at it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::error::EngineError;

/// Something that advances by steps: in this engine, a sequence.
pub(super) trait Work: Send + 'static {
    fn step(&mut self) -> Progress;

    /// A step panicked, so there will be no other.
    fn fail(&mut self, error: EngineError);
}

/// Whether there is another step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    GoesOn,
    Ended,
}

/// First in, first out: what had its step goes to the back, so all of it advances at the same pace.
#[derive(Debug)]
pub(super) struct RunQueue<W> {
    state: Mutex<State<W>>,
    /// Heard by workers within the number: there is something to advance.
    work: Condvar,
    /// Heard by workers past the number: it may have grown.
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

    /// Puts back what the worker has advanced and gives it what is next; sleeps while there is nothing or the worker is one too many.
    /// `None` when the run_queue was closed.
    pub(super) fn turn(&self, worker: usize, back: Option<W>) -> Option<W> {
        let mut state = self.lock();
        if state.closed {
            // Dropped after the lock: what ends with it may ask the run_queue.
            drop(state);
            drop(back);
            return None;
        }
        state.ready.extend(back);
        while !state.closed {
            if worker >= state.workers {
                // The word that woke this worker, or the work that it put back, is for another.
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

    /// Drops what waits here and sends the workers home.
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
