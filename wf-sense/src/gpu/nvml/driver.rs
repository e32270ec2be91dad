//! The thread that asks the driver, and what keeps it going.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::backoff::Backoff;
use super::library::{Closed, Library};
use super::post::{Gpus, Post};
use super::session::{Health, Session};
use crate::reading::Reading;
use wf_instrument::Nanos;
use wf_instrument::clock;

/// What the thread is to do.
#[derive(Debug)]
pub(super) struct Driver {
    /// Where the library is; `None` where the system knows.
    pub(super) library: Option<PathBuf>,
    pub(super) period: Duration,
}

/// The thread's line to those who read, and to who may stop it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) post: Arc<Post>,
    /// Its other end is dropped when nobody reads any more.
    pub(super) stopped: Receiver<()>,
    pub(super) deadline: Duration,
}

/// How an attempt to read the GPUs ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Nobody reads any more.
    Stopped,
    /// The machine has no library.
    Missing,
    /// There is nothing to be had for now.
    Lost,
    /// Some GPUs are lost: time to open the library anew, without a wait.
    Stale,
}

impl Driver {
    /// Asks until nobody reads any more, or until it is clear that the machine never had a library.
    pub(super) fn run(self, line: &Line) {
        let mut backoff = Backoff::new(self.period);
        persist(line, &mut backoff, |backoff| self.attempt(line, backoff));
    }

    /// Opens the library and makes passes until something goes wrong with all of it.
    fn attempt(&self, line: &Line, backoff: &mut Backoff) -> Ended {
        match Library::open(self.library.as_deref(), line) {
            Ok(library) => self.make_passes(&library, line, backoff),
            Err(Closed::Missing) => {
                line.post.leave(Reading::Absent(NO_LIBRARY.into()));
                Ended::Missing
            }
            Err(Closed::Failed(reason)) => {
                line.post.leave(Reading::Unknown(reason.into()));
                Ended::Lost
            }
        }
    }

    fn make_passes(&self, library: &Library<'_>, line: &Line, backoff: &mut Backoff) -> Ended {
        let mut session = Session::new(library, line);
        let mut renew = None;
        let mut due = clock::now();
        loop {
            let (gpus, health) = session.pass();
            line.post.leave(gpus);
            match health {
                Health::Well => {
                    backoff.reset();
                    renew = None;
                }
                Health::PartlyLost => {
                    let renew = *renew.get_or_insert_with(|| due.plus(backoff.next().into()));
                    if renew <= clock::now() {
                        return Ended::Stale;
                    }
                }
                Health::Lost => return Ended::Lost,
            }
            due = due.plus(self.period.into()).max(clock::now());
            if !line.sleep_until(due) {
                return Ended::Stopped;
            }
        }
    }
}

impl Line {
    /// Says that the thread will be heard of within the deadline: to be said before each call of the driver.
    pub(super) fn promise(&self) {
        self.post.promise(self.deadline);
    }

    fn sleep_until(&self, due: Nanos) -> bool {
        self.sleep(due.since(clock::now()).into())
    }

    /// Sleeps, at most as long as somebody reads; whether somebody still does.
    fn sleep(&self, span: Duration) -> bool {
        self.post.promise(span.saturating_add(self.deadline));
        matches!(
            self.stopped.recv_timeout(span),
            Err(RecvTimeoutError::Timeout)
        )
    }
}

/// Attempts again and again, with waits that grow while nothing comes of it.
fn persist(line: &Line, backoff: &mut Backoff, mut attempt: impl FnMut(&mut Backoff) -> Ended) {
    let mut found = false;
    loop {
        let ended = catch_unwind(AssertUnwindSafe(|| attempt(backoff)));
        if ended.is_err() {
            line.post.leave(Gpus::Unknown(PANICKED.into()));
        }
        match ended {
            Ok(Ended::Stopped) => return,
            // One that was there may be on its way from one version to the next.
            Ok(Ended::Missing) if !found => return line.post.close(),
            _ => {}
        }
        found |= !matches!(ended, Ok(Ended::Missing));
        if !matches!(ended, Ok(Ended::Stale)) && !line.sleep(backoff.next()) {
            return;
        }
    }
}

/// Why there is no NVIDIA GPU on a machine without the library.
pub(crate) const NO_LIBRARY: &str = "no NVIDIA driver library";

const PANICKED: &str = "the GPU's reader panicked";

#[cfg(test)]
mod tests;
