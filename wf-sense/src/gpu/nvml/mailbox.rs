//! What the driver's thread and its readers share: the last pass, and the thread's deadline.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::gpu::device::Gpu;
use crate::reading::Reading;
use wf_instrument::Nanos;
use wf_instrument::clock;
use wf_instrument::fork::lock;

/// What a reader gets: every GPU of the last pass.
pub(super) type Gpus = Reading<Arc<[Gpu]>>;

/// The last pass, and by when the thread must have been responded of again.
///
/// Before each thing that may take long the thread says how long it may: the deadline for a call of the driver, and more for a
/// sleep. Past that it is stuck, starved, or did not live through a fork, and what it left is no longer true.
#[derive(Debug)]
pub(super) struct Mailbox {
    opened: Instant,
    /// In nanoseconds since `opened`.
    due: AtomicU64,
    last: Mutex<Gpus>,
}

impl Mailbox {
    pub(super) fn new(within: Duration) -> Self {
        let mailbox = Self {
            opened: Instant::now(),
            due: AtomicU64::new(0),
            last: Mutex::default(),
        };
        mailbox.extend_deadline(within);
        mailbox
    }

    /// The last pass, unless the thread is overdue. Waits for no driver: the lock is held for a move or a clone.
    pub(super) fn read(&self) -> Gpus {
        if self.now() > self.due.load(Ordering::Relaxed) {
            return Reading::Unknown(SILENT.into());
        }
        lock(&self.last).clone()
    }

    /// Whether anything was ever left, however overdue the thread is since.
    pub(super) fn has_published(&self) -> bool {
        *lock(&self.last) != Gpus::default()
    }

    pub(super) fn publish(&self, gpus: Gpus) {
        let before = std::mem::replace(&mut *lock(&self.last), gpus);
        // Only now, with the lock given back: freeing a pass takes longer than a move.
        drop(before);
    }

    /// Says that the thread will be responded of `within` that time.
    pub(super) fn extend_deadline(&self, within: Duration) {
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

/// The thread's control to those who read, and to who may stop it.
#[derive(Debug)]
pub(super) struct ThreadControl {
    pub(super) mailbox: Arc<Mailbox>,
    /// Its other end is dropped when nobody reads any more.
    pub(super) stopped: Receiver<()>,
    pub(super) deadline: Duration,
}

impl ThreadControl {
    /// Says that the thread will be responded of within the deadline: to be said before each call of the driver.
    pub(super) fn extend_deadline(&self) {
        self.mailbox.extend_deadline(self.deadline);
    }

    pub(super) fn sleep_until(&self, due: Nanos) -> bool {
        self.sleep(due.since(clock::now()).into())
    }

    /// Sleeps, at most as long as somebody reads; whether somebody still does.
    pub(super) fn sleep(&self, span: Duration) -> bool {
        self.mailbox
            .extend_deadline(span.saturating_add(self.deadline));
        matches!(
            self.stopped.recv_timeout(span),
            Err(RecvTimeoutError::Timeout)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_breaks_its_promise_is_not_believed_until_it_is_back() {
        let mailbox = Mailbox::new(Duration::from_secs(600));
        mailbox.publish(Reading::Absent("no GPU".into()));
        assert_eq!(mailbox.read().reason(), Some("no GPU"));
        mailbox.extend_deadline(Duration::ZERO);
        while mailbox.read().reason() == Some("no GPU") {
            std::thread::yield_now();
        }
        assert_eq!(mailbox.read().reason(), Some(SILENT));
        mailbox.close();
        assert_eq!(mailbox.read().reason(), Some("no GPU"));
    }
}
