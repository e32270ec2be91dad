//! Where the thread that asks the driver leaves what it got, for those who read it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::gpu::device::Gpu;
use crate::reading::Reading;
use std::sync::atomic::{AtomicU64, Ordering};
use wf_instrument::fork::lock;

/// What a reader gets: every GPU of the last pass.
pub(super) type Gpus = Reading<Arc<[Gpu]>>;

/// The last pass, and by when the thread must have been heard of again.
///
/// Before each thing that may take long the thread says how long it may: the deadline for a call of the driver, and more for a
/// sleep. Past that it is stuck, starved, or did not live through a fork, and what it left is no longer true.
#[derive(Debug)]
pub(super) struct Post {
    opened: Instant,
    /// In nanoseconds since `opened`.
    due: AtomicU64,
    last: Mutex<Gpus>,
}

impl Post {
    pub(super) fn new(within: Duration) -> Self {
        let post = Self {
            opened: Instant::now(),
            due: AtomicU64::new(0),
            last: Mutex::default(),
        };
        post.promise(within);
        post
    }

    /// The last pass, unless the thread is overdue. Waits for no driver: the lock is held for a move or a clone.
    pub(super) fn read(&self) -> Gpus {
        if self.now() > self.due.load(Ordering::Relaxed) {
            return Reading::Unknown(SILENT.into());
        }
        lock(&self.last).clone()
    }

    /// Whether anything was ever left, however overdue the thread is since.
    pub(super) fn has_left(&self) -> bool {
        *lock(&self.last) != Gpus::default()
    }

    pub(super) fn leave(&self, gpus: Gpus) {
        let before = std::mem::replace(&mut *lock(&self.last), gpus);
        // Only now, with the lock given back: freeing a pass takes longer than a move.
        drop(before);
    }

    /// Says that the thread will be heard of `within` that time.
    pub(super) fn promise(&self, within: Duration) {
        self.due
            .store(self.now().saturating_add(nanos(within)), Ordering::Relaxed);
    }

    /// Says that there will be nothing new.
    pub(super) fn close(&self) {
        self.due.store(u64::MAX, Ordering::Relaxed);
    }

    /// Not the crate's clock: a reader's may be mocked, and the thread's is not.
    fn now(&self) -> u64 {
        nanos(self.opened.elapsed())
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

const SILENT: &str = "the driver does not answer";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_breaks_its_promise_is_not_believed_until_it_is_back() {
        let post = Post::new(Duration::from_secs(600));
        post.leave(Reading::Absent("no GPU".into()));
        assert_eq!(post.read().reason(), Some("no GPU"));
        post.promise(Duration::ZERO);
        while post.read().reason() == Some("no GPU") {
            std::thread::yield_now();
        }
        assert_eq!(post.read().reason(), Some(SILENT));
        post.close();
        assert_eq!(post.read().reason(), Some("no GPU"));
    }
}
