//! The metrics of one test, apart from the other tests of its binary.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::window::{Snapshot, Window};

/// A view of everything recorded since it began, for a test, while other tests wait for their turn.
///
/// All tests of a binary run in one process and share every series. Those that record begin with a
/// view, and no view has the events of another test: they take turns, however many threads the
/// harness runs them on. A view has the events of all threads, so threads, thread pools and async
/// runtimes of the test are included. The cost of recording is unchanged.
///
/// # Limits
///
/// - Events that a test records without a view of its own are in the views of others: each test
///   that calls measured code needs one.
/// - Threads and tasks that outlive their test record in the turn of the next one: join them.
/// - In flight, gauges and the age of the oldest request are states of the process, not
///   differences: they begin as the test before left them.
/// - Series of other tests are included, at zero.
///
/// A runner with a process for each test (`cargo nextest`) isolates without it.
///
/// ```
/// use wf_instrument::snapshot::Isolated;
/// use wf_instrument::wf_count;
///
/// fn lookup() {
///     wf_count!("cache_lookups");
/// }
///
/// // In a `#[test]`:
/// let recorded = Isolated::begin();
/// lookup();
/// std::thread::spawn(lookup).join().unwrap();
/// let counters = recorded.window().metrics.counters;
/// let lookups = counters.iter().find(|row| &*row.name == "cache_lookups").unwrap();
/// assert_eq!(lookups.value, 2);
/// ```
#[derive(Debug)]
#[must_use = "a view that is dropped at once isolates nothing"]
pub struct Isolated {
    before: Snapshot,
    _turn: Turn,
}

impl Isolated {
    /// Begins a view when no other is left in this process. Blocks the thread until then.
    ///
    /// # Panics
    ///
    /// If this thread has begun another that is not dropped yet: it would wait for itself.
    #[track_caller]
    pub fn begin() -> Self {
        let turn = Turn::take();
        Self {
            before: Snapshot::take(),
            _turn: turn,
        }
    }

    /// Everything recorded since the beginning, by any thread. Costs a snapshot.
    #[must_use]
    pub fn window(&self) -> Window {
        Window::between(&self.before, &Snapshot::take())
    }
}

/// The right to record alone, until it is dropped: on any thread, since futures move.
#[derive(Debug)]
struct Turn;

/// The thread that has the turn.
static TAKEN_BY: Mutex<Option<ThreadId>> = Mutex::new(None);
static FREE: Condvar = Condvar::new();

impl Turn {
    #[track_caller]
    fn take() -> Self {
        let this = Some(thread::current().id());
        let mut taken_by = taken_by();
        let own = *taken_by == this;
        while !own && taken_by.is_some() {
            taken_by = FREE.wait(taken_by).unwrap_or_else(PoisonError::into_inner);
        }
        if !own {
            *taken_by = this;
        }
        drop(taken_by);
        assert!(
            !own,
            "this thread has begun an isolated view already: drop that one first"
        );
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *taken_by() = None;
        FREE.notify_one();
    }
}

fn taken_by() -> MutexGuard<'static, Option<ThreadId>> {
    TAKEN_BY.lock().unwrap_or_else(PoisonError::into_inner)
}
