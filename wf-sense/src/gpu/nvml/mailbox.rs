//! State shared by the driver's thread and its readers: the last pass, and the thread's deadline.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::gpu::device::Gpu;
use crate::reading::Reading;
use wf_instrument::Nanos;
use wf_instrument::clock;
use wf_instrument::fork::lock;

/// All GPUs of the last pass.
pub(super) type Gpus = Reading<Arc<[Gpu]>>;

/// The last pass, and the time by which the thread must report again.
///
/// Before each step that may take long, the thread extends its deadline: by the longest time of a
/// driver call, and by more for a sleep. A thread past its deadline is stuck, starved, or did not
/// survive a fork, and the pass that it published is no longer true.
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

    /// The last pass, unless the thread is overdue. Waits for no driver: the lock is held for a
    /// move or a clone.
    pub(super) fn read(&self) -> Gpus {
        if self.now() > self.due.load(Ordering::Relaxed) {
            return Reading::Unknown(SILENT.into());
        }
        lock(&self.last).clone()
    }

    /// Returns whether a pass was ever published, even if the thread is overdue now.
    pub(super) fn has_published(&self) -> bool {
        *lock(&self.last) != Gpus::default()
    }

    pub(super) fn publish(&self, gpus: Gpus) {
        let before = std::mem::replace(&mut *lock(&self.last), gpus);
        // Only now, with the lock given back: freeing a pass takes longer than a move.
        drop(before);
    }

    /// Sets the deadline to `within` from now.
    pub(super) fn extend_deadline(&self, within: Duration) {
        self.due
            .store(self.now().saturating_add(nanos(within)), Ordering::Relaxed);
    }

    /// Removes the deadline: nothing new will come.
    pub(super) fn close(&self) {
        self.due.store(u64::MAX, Ordering::Relaxed);
    }

    /// Not the crate's clock: a test may replace that of a reader, but not of the thread.
    fn now(&self) -> u64 {
        nanos(self.opened.elapsed())
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

const SILENT: &str = "the driver does not answer";

/// The thread's end of the mailbox, and the signal that stops it.
#[derive(Debug)]
pub(super) struct ThreadControl {
    pub(super) mailbox: Arc<Mailbox>,
    /// Disconnected when the last reader is gone.
    pub(super) stopped: Receiver<()>,
    pub(super) deadline: Duration,
}

impl ThreadControl {
    /// Extends the deadline; the thread does so before each call of the driver.
    pub(super) fn extend_deadline(&self) {
        self.mailbox.extend_deadline(self.deadline);
    }

    pub(super) fn sleep_until(&self, due: Nanos) -> bool {
        self.sleep(due.since(clock::now()).into())
    }

    /// Sleeps while there are readers; returns whether there still are.
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
    fn a_pass_of_an_overdue_thread_is_unknown_until_it_is_back() {
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
