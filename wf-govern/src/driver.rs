//! The governor's thread and clock: the only ones that it has.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::builder::{Builder, StartError};
use super::config::Targets;
use super::control::{Control, lock};
use super::decide::Mode;
use super::journal::{Actions, Journal, Record, Status};
use crate::knob::KnobError;
use wf_instrument::Nanos;
use wf_instrument::clock;
use wf_instrument::fork::{self, ProcessLocal, Thread};
use wf_instrument::snapshot::Snapshot;
use wf_sense::Readings;

/// A running governor. Dropping it ends its thread, waits for a tick in progress, and leaves the knobs where they are.
///
/// In a child of `fork(2)` nothing is governed: what the parent's governor wrote down can be read,
/// and it moves nothing.
///
/// It has one thread, which sleeps between ticks. A tick that comes more than five periods (and three seconds) late puts the knobs back to
/// the last good setting, and the governor begins afresh from there. So does one that panics, but then the governor is advisory until
/// [`Governor::resume`].
///
/// ```no_run
/// use std::time::Duration;
/// use wf_govern::Governor;
/// use wf_govern::knob::Knob;
/// # let (read, apply) = (|| 4_u64, Ok);
///
/// let governor = Governor::builder()
///     .target_ttft(Duration::from_millis(500))
///     .target_inter_token(Duration::from_millis(20))
///     .knob(Knob::concurrency(1..=64, read, apply))
///     .start()?;
/// println!("{}", governor.status().reason);
/// # Ok::<(), wf_govern::StartError>(())
/// ```
#[must_use = "a governor that is dropped stops"]
pub struct Governor {
    control: Arc<Mutex<Control>>,
    journal: Arc<Mutex<Journal>>,
    targets: Targets,
    stop: ProcessLocal<Option<Sender<()>>>,
    thread: Thread,
}

/// What is measured, as the governor asks for it once a tick.
pub(super) type Source = Box<dyn FnMut() -> (Snapshot, Readings) + Send>;

impl Governor {
    /// What is to be kept, and with which knobs.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn start(
        control: Control,
        source: Source,
        period: Nanos,
    ) -> Result<Self, StartError> {
        let (journal, targets) = (control.journal(), control.targets());
        let control = Arc::new(Mutex::new(control));
        let (stop, stopped) = channel();
        let driver = Driver {
            control: control.clone(),
            journal: journal.clone(),
            source,
            period,
        };
        let thread = Thread::spawn("wf-governor", move || driver.run(&stopped))
            .map_err(StartError::Thread)?;
        Ok(Self {
            control,
            journal,
            targets,
            stop: ProcessLocal::new(Some(stop)),
            thread,
        })
    }

    /// Decides nothing until [`Governor::resume`]. A trial in flight is taken back at the next tick.
    pub fn pause(&self) {
        self.set_mode(Mode::Paused);
    }

    /// Decides and moves, whatever it did before.
    pub fn resume(&self) {
        self.set_mode(Mode::Active);
    }

    /// Decides and journals, and moves nothing: a dry run.
    pub fn advise(&self) {
        self.set_mode(Mode::Advisory);
    }

    /// Moves a knob by hand and keeps the governor from it for `lease`. Runs the knob's closure on the calling thread.
    ///
    /// # Errors
    /// [`KnobError`] where there is no such knob or it does not move.
    pub fn set(&self, knob: &str, to: u64, lease: Duration) -> Result<u64, KnobError> {
        self.check_here(knob)?;
        let now = clock::now();
        lock(&self.control).set(knob, to, now, now.plus(lease.into()))
    }

    /// Gives a knob back to the governor: ends [`Governor::set`]'s lease and a quarantine.
    ///
    /// # Errors
    /// [`KnobError::NoSuchKnob`].
    pub fn release(&self, knob: &str) -> Result<(), KnobError> {
        self.check_here(knob)?;
        lock(&self.control).release(knob, clock::now())
    }

    /// The last ten minutes of ticks, oldest first. Clones about 1 KiB a record; never waits for a knob.
    #[must_use]
    pub fn journal(&self) -> Vec<Record> {
        fork::lock(&self.journal).records()
    }

    /// How often each knob was moved, by direction and reason, since the start. Never waits for a knob.
    #[must_use]
    pub fn actions(&self) -> Vec<Actions> {
        fork::lock(&self.journal).actions()
    }

    /// What it is asked to keep, with the target for the TTFT that it found in the code, if any.
    #[must_use]
    pub const fn targets(&self) -> Targets {
        self.targets
    }

    /// Where it stands. Never waits for a knob.
    #[must_use]
    pub fn status(&self) -> Status {
        fork::lock(&self.journal).status()
    }

    /// In a forked child there is no thread to stop, and the lock may be held by a thread that the
    /// child does not have.
    fn set_mode(&self, mode: Mode) {
        if self.thread.in_same_process() {
            lock(&self.control).set_mode(mode);
        }
    }

    fn check_here(&self, knob: &str) -> Result<(), KnobError> {
        match self.thread.in_same_process() {
            true => Ok(()),
            false => Err(KnobError::Forked { knob: knob.into() }),
        }
    }
}

impl Drop for Governor {
    fn drop(&mut self) {
        if self.thread.in_same_process() {
            self.stop.take();
            self.thread.join();
        }
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

struct Driver {
    control: Arc<Mutex<Control>>,
    journal: Arc<Mutex<Journal>>,
    source: Source,
    period: Nanos,
}

impl Driver {
    /// Ticks until the other end of `stopped` is dropped. Ticks that were missed are not made up for.
    fn run(mut self, stopped: &Receiver<()>) {
        let mut due = clock::now();
        while self.sleep_until(due, stopped) {
            let begun = clock::now();
            let late = begun.since(due);
            self.tick(begun, late);
            // After a late tick the next one waits a whole period: what is measured in less says little.
            let from = if late > self.period { begun } else { due };
            due = from.plus(self.period);
        }
    }

    fn sleep_until(&self, due: Nanos, stopped: &Receiver<()>) -> bool {
        let left = Duration::from(due.since(clock::now()));
        matches!(stopped.recv_timeout(left), Err(RecvTimeoutError::Timeout))
    }

    fn tick(&mut self, begun: Nanos, late: Nanos) {
        let far_too_late = Nanos::new(self.period.get().saturating_mul(LATE));
        if late > far_too_late.max(LATE_AT_LEAST) {
            let why = format!("the tick came {late} late");
            return lock(&self.control).fall_back(begun, Mode::Active, &why);
        }
        let once = catch_unwind(AssertUnwindSafe(|| self.sense_and_control()));
        if once.is_err() {
            let why = "the tick panicked; advisory until resumed";
            lock(&self.control).fall_back(begun, Mode::Advisory, why);
        }
        fork::lock(&self.journal).took(clock::now().since(begun));
    }

    fn sense_and_control(&mut self) {
        let (snapshot, readings) = (self.source)();
        lock(&self.control).tick(clock::now(), snapshot, readings);
    }
}

/// In periods: later than this and what was decided rests on a machine that has since changed: it was suspended, or starved.
const LATE: u64 = 5;

/// With short periods, what an ordinary hiccup of the machine takes is not late.
const LATE_AT_LEAST: Nanos = Nanos::from_secs(3);

#[cfg(test)]
mod tests;
