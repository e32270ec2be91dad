//! The queue behind its lock, and the thread that rejects requests at their deadline.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::Builder;
use std::time::Instant;

use super::queue::Queue;
use wf_instrument::fork::Process;

/// The state that all handles, futures and permits of a gate share. Its drop ends the timer.
#[derive(Debug)]
pub(super) struct Shared {
    core: Arc<Core>,
    /// The process that the timer runs in; `None` before the first wait. A forked child has none.
    timer: Mutex<Option<Process>>,
}

/// The part of that state that the timer's thread shares.
#[derive(Debug)]
pub(super) struct Core {
    state: Mutex<State>,
    /// Notified when a first request waits, and when the gate is dropped.
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    closed: bool,
}

impl Shared {
    pub(super) fn new(queue: Queue) -> Self {
        let closed = false;
        let core = Core {
            state: Mutex::new(State { queue, closed }),
            changed: Condvar::new(),
        };
        Self {
            core: Arc::new(core),
            timer: Mutex::default(),
        }
    }

    /// Changes the queue, then wakes without the lock: a waker may run anything, including methods
    /// of this gate.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Queue, Instant) -> T) -> T {
        let mut state = self.core.lock();
        // Read under the lock: arrival times ascend along the queue.
        let result = change(&mut state.queue, Instant::now());
        let wakers = state.queue.take_wakers();
        drop(state);
        wake(wakers);
        result
    }

    /// Starts the timer if this process has none, or wakes it for a request that is the `first` in
    /// the queue. Behind another request, the deadline is later than the next wake-up.
    ///
    /// If the system cannot start a thread, the next request that waits tries again.
    pub(super) fn watch(&self, first: bool) {
        let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
        let here = Some(Process::current());
        if *timer != here {
            let core = Arc::clone(&self.core);
            let thread = Builder::new().name("wf-gate".to_owned());
            *timer = thread.spawn(move || core.run_timer()).ok().and(here);
        } else if first {
            self.core.changed.notify_one();
        }
    }

    #[cfg(test)]
    pub(super) fn core(&self) -> std::sync::Weak<Core> {
        Arc::downgrade(&self.core)
    }
}

impl Drop for Shared {
    /// Does not join the thread: it may be inside a waker that waits for a lock that the caller
    /// holds.
    fn drop(&mut self) {
        self.core.lock().closed = true;
        self.core.changed.notify_one();
    }
}

impl Core {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rejects requests at their deadlines, and sleeps until the next one.
    fn run_timer(&self) {
        let mut state = self.lock();
        while !state.closed {
            let now = Instant::now();
            state.queue.expire(now);
            let wakers = state.queue.take_wakers();
            if wakers.is_empty() {
                state = self.sleep(state, now);
            } else {
                drop(state);
                wake(wakers);
                state = self.lock();
            }
        }
    }

    fn sleep<'a>(&self, state: MutexGuard<'a, State>, now: Instant) -> MutexGuard<'a, State> {
        match state.queue.next_expiry() {
            Some(at) => {
                let left = at.saturating_duration_since(now);
                let woken = self.changed.wait_timeout(state, left);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let woken = self.changed.wait(state);
                woken.unwrap_or_else(PoisonError::into_inner)
            }
        }
    }
}

/// Wakes all, even if a waker panics (the panic hook reports it).
fn wake(wakers: VecDeque<Waker>) {
    for waker in wakers {
        let _reported = catch_unwind(AssertUnwindSafe(|| waker.wake()));
    }
}
