//! Handle of a running governor.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::config::Targets;
use super::control::{Control, lock};
use super::driver::{Driver, Handle, SharedWatch, Source, channel, gather};
use super::inputs::Mode;
use super::journal::{Actions, Journal, Record, Status};
use crate::knob::KnobError;
use wf_instrument::Nanos;
use wf_instrument::clock;
use wf_instrument::fork::{self, ProcessLocal, Thread};

/// A running governor.
///
/// Cheap to clone: all clones share one thread, named `wf-governor`. It ends with the last clone,
/// or with [`Governor::stop`]. Both wait for a tick in progress, except in a closure that the tick
/// itself runs, and leave the knobs at their values. A child of `fork(2)` can read what the
/// parent's governor had recorded, and nothing is governed there.
///
/// A tick that comes more than five periods (and 3 s) late restores the last good setting of the
/// knobs. So does a tick that panics; the governor is then advisory until [`Governor::resume`].
///
/// ```no_run
/// use std::time::Duration;
/// use wf_govern::Governor;
/// use wf_govern::knob::Knob;
/// # let (read, apply) = (|| 4_u64, Ok);
///
/// let governor = Governor::builder()
///     .target_ttft(Duration::from_millis(500))
///     .target_inter_token_latency(Duration::from_millis(20))
///     .knob(Knob::concurrency(1..=64, read, apply))
///     .start()?;
/// println!("{}", governor.status());
/// # Ok::<(), wf_govern::StartError>(())
/// ```
#[derive(Clone)]
#[must_use = "the thread ends when the last clone is dropped"]
pub struct Governor {
    owner: Arc<Owner>,
}

/// The thread, and what the clones share with it.
struct Owner {
    control: Arc<Mutex<Control>>,
    journal: Arc<Mutex<Journal>>,
    targets: Targets,
    handle: ProcessLocal<Handle>,
    thread: Mutex<Thread>,
    watch: SharedWatch,
}

impl Governor {
    pub(super) fn start(control: Control, source: Source, period: Nanos) -> io::Result<Self> {
        let (journal, targets) = (control.journal(), control.targets());
        let (handle, inbox) = channel();
        let watch = source.watch();
        let stale_after = control.limits().stale_after;
        let fast = Arc::default();
        if let Some(watch) = &*lock(&watch) {
            watch.subscribe(gather(&fast, stale_after));
        }
        let control = Arc::new(Mutex::new(control));
        let driver = Driver {
            control: control.clone(),
            journal: journal.clone(),
            source,
            fast,
            period,
        };
        let thread = Thread::spawn("wf-governor", move || driver.run(&inbox))?;
        let owner = Owner {
            control,
            journal,
            targets,
            handle: ProcessLocal::new(handle),
            thread: Mutex::new(thread),
            watch,
        };
        Ok(Self {
            owner: owner.into(),
        })
    }

    /// Ends the thread for all clones, after a tick in progress.
    ///
    /// The knobs stay at their values. The journal can still be read, and knobs be set by hand. It
    /// cannot be started again: the mode is [`Mode::Stopped`] from then on.
    pub fn stop(&self) {
        self.owner.stop();
    }

    /// Pauses: decides nothing until [`Governor::resume`]. A trial in flight is rolled back at the
    /// next tick.
    pub fn pause(&self) {
        self.set_mode(Mode::Paused);
    }

    /// Decides and moves knobs again, in any mode but [`Mode::Stopped`].
    pub fn resume(&self) {
        self.set_mode(Mode::Active);
    }

    /// Decides and journals, but moves no knob: a dry run. A trial in flight is rolled back at the
    /// next tick.
    pub fn advise(&self) {
        self.set_mode(Mode::Advisory);
    }

    /// Sets a knob by hand and leases it: the governor leaves it alone for the time of `lease`.
    ///
    /// Runs the knob's closure on the calling thread.
    ///
    /// # Errors
    /// [`KnobError`] if there is no such knob or it does not move.
    pub fn set(&self, knob: &str, to: u64, lease: Duration) -> Result<u64, KnobError> {
        self.check_process(knob)?;
        let now = clock::now();
        lock(&self.owner.control).set(knob, to, now, now.plus(lease.into()))
    }

    /// Returns a knob to the governor: ends its lease and its quarantine.
    ///
    /// # Errors
    /// [`KnobError::NoSuchKnob`].
    pub fn release(&self, knob: &str) -> Result<(), KnobError> {
        self.check_process(knob)?;
        lock(&self.owner.control).release(knob, clock::now())
    }

    /// Returns the records of the last ten minutes, oldest first: a copy of each. Never waits for a
    /// knob.
    #[must_use]
    pub fn journal(&self) -> Vec<Record> {
        fork::lock(&self.owner.journal).records()
    }

    /// Returns the number of moves of each knob by direction and cause since the start. Never waits
    /// for a knob.
    #[must_use]
    pub fn actions(&self) -> Vec<Actions> {
        fork::lock(&self.owner.journal).actions()
    }

    /// Returns the targets, with the TTFT target that was declared in the code, if any.
    #[must_use]
    pub fn targets(&self) -> Targets {
        self.owner.targets
    }

    /// Returns the state. Never waits for a knob.
    #[must_use]
    pub fn status(&self) -> Status {
        let mut status = fork::lock(&self.owner.journal).status();
        if self.owner.handle.is_stopped() {
            status.mode = Mode::Stopped;
        }
        status
    }

    /// A forked child has no thread to control, and the lock may be held by a thread that the child
    /// does not have.
    fn set_mode(&self, mode: Mode) {
        if self.owner.handle.in_same_process() {
            lock(&self.owner.control).set_mode(mode);
        }
    }

    fn check_process(&self, knob: &str) -> Result<(), KnobError> {
        match self.owner.handle.in_same_process() {
            true => Ok(()),
            false => Err(KnobError::Forked { knob: knob.into() }),
        }
    }
}

impl Owner {
    fn stop(&self) {
        if !self.handle.in_same_process() {
            return;
        }
        self.handle.stop();
        // The closure of a knob may stop the governor: its thread cannot wait for itself.
        if self.handle.is_on_driver() {
            return;
        }
        // Locked until it has ended, so that each caller waits.
        lock(&self.thread).join();
        let watch = lock(&self.watch).take();
        drop(watch);
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
