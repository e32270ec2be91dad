//! The queue behind its lock, and the thread that refuses what waited too long.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::Builder;
use std::time::Instant;

use super::queue::Queue;
use wf_instrument::fork::Process;

/// The state that all handles, waits and permits of a gate share. Dropped with the last of them, it
/// ends the timer.
#[derive(Debug)]
pub(super) struct Shared {
    core: Arc<Core>,
    /// The process that the timer runs in: none before the first wait, and a forked child has none.
    timer: Mutex<Option<Process>>,
}

/// The part of that state that the timer's thread has, too.
#[derive(Debug)]
pub(super) struct Core {
    state: Mutex<State>,
    /// Notified when the queue has its first waiter, and at the end.
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

    /// Changes the queue, then wakes with the lock released: a waker may run anything, this gate's
    /// own methods included.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Queue, Instant) -> T) -> T {
        let mut state = self.core.lock();
        // Read under the lock: arrival times ascend along the queue.
        let result = change(&mut state.queue, Instant::now());
        let wakers = state.queue.take_wakers();
        drop(state);
        wake(wakers);
        result
    }

    /// Starts the timer where there is none in this process, or wakes it for a request that is the
    /// `first` in the queue: behind another one, its deadline is later than the next wake-up.
    ///
    /// If the system cannot start a thread, the next request that waits tries again.
    pub(super) fn watch(&self, first: bool) {
        let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
        let here = Some(Process::current());
        if *timer != here {
            let core = Arc::clone(&self.core);
            let thread = Builder::new().name("wf-admit".to_owned());
            *timer = thread.spawn(move || core.refuse_in_time()).ok().and(here);
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
    /// Does not wait for the thread: it may be inside a waker that waits for a lock of the
    /// caller's.
    fn drop(&mut self) {
        self.core.lock().closed = true;
        self.core.changed.notify_one();
    }
}

impl Core {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The timer's thread: sleeps until the first in the queue has to be refused.
    fn refuse_in_time(&self) {
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

/// Wakes all of them, though one may panic (the panic hook reports it).
fn wake(wakers: VecDeque<Waker>) {
    for waker in wakers {
        let _reported = catch_unwind(AssertUnwindSafe(|| waker.wake()));
    }
}
