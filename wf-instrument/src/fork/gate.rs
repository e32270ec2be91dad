//! Moments in which the process must not be forked.

use std::cell::Cell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Held shared by threads that hold a lock or initialise something, and alone by one that forks.
/// Else a child could wait for ever for a lock that a thread of its parent holds.
static GATE: RwLock<()> = RwLock::new(());

thread_local! {
    /// Number of times that this thread holds it.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Keeps the process from being forked. Held for moments; what it holds must not fork.
pub(crate) struct Unforked(Option<RwLockReadGuard<'static, ()>>);

impl Unforked {
    fn enter() -> Self {
        let depth = DEPTH.replace(DEPTH.get() + 1);
        // Once a thread: a second read lock would wait behind a fork that waits for the first.
        Self((depth == 0).then(|| GATE.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Drop for Unforked {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        drop(self.0.take());
    }
}

/// Does `work` while nobody forks.
pub(crate) fn without_fork<T>(work: impl FnOnce() -> T) -> T {
    let _unforked = Unforked::enter();
    work()
}

/// A held mutex that keeps the process from being forked: see [`lock`].
#[must_use = "the mutex is unlocked when this is dropped"]
pub struct ForkSafeGuard<'a, T> {
    // In this order: the mutex is unlocked first.
    guard: MutexGuard<'a, T>,
    _unforked: Unforked,
}

/// Locks a mutex such that no fork happens while it is held, so that a child finds it unlocked.
///
/// For mutexes that are held for moments, by code that does not fork. Poisoning is ignored: what
/// such a mutex protects must be valid after every step. Costs an uncontended read lock more than
/// the mutex alone.
///
/// ```
/// use std::sync::Mutex;
/// use wf_instrument::fork::lock;
///
/// let names = Mutex::new(vec!["one"]);
/// lock(&names).push("two");
/// assert_eq!(lock(&names).len(), 2);
/// ```
pub fn lock<T>(mutex: &Mutex<T>) -> ForkSafeGuard<'_, T> {
    let unforked = Unforked::enter();
    ForkSafeGuard {
        guard: mutex.lock().unwrap_or_else(PoisonError::into_inner),
        _unforked: unforked,
    }
}

impl<T: fmt::Debug> fmt::Debug for ForkSafeGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guard.fmt(f)
    }
}

impl<T> Deref for ForkSafeGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for ForkSafeGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// Waits until no thread is within such a moment, and lets none begin one; `None` where this thread
/// is within one itself.
pub(crate) fn close_gate() -> Option<RwLockWriteGuard<'static, ()>> {
    (DEPTH.get() == 0).then(|| GATE.write().unwrap_or_else(PoisonError::into_inner))
}
