//! The governor's thread: it waits for the next tick and for the end.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::control::{Control, lock};
use super::evidence::FastEvidence;
use super::inputs::Mode;
use super::journal::Journal;
use wf_instrument::Nanos;
use wf_instrument::clock;
use wf_instrument::fork;
use wf_instrument::snapshot::Snapshot;
use wf_sense::{FastReadings, Readings, Watch};

/// A watch that the driver reads and its owner drops, after the driver has ended. The drop of a
/// last clone waits for the watch's subscribers, and one of them may wait for the driver.
pub(super) type SharedWatch = Arc<Mutex<Option<Watch>>>;

/// Source of snapshots and readings.
pub(super) enum Source {
    /// This process, with the readings of a watch if there is one.
    Process(SharedWatch),
    /// A function in place of this process.
    Function(Box<dyn FnMut() -> (Snapshot, Readings) + Send>),
}

impl Source {
    fn read(&mut self) -> (Snapshot, Readings) {
        match self {
            Self::Process(watch) => {
                let readings = lock(watch).as_ref().map(Watch::readings);
                (Snapshot::take(), readings.unwrap_or_default())
            }
            Self::Function(read) => read(),
        }
    }

    /// Returns the watch that the readings come from; empty if there is none.
    pub(super) fn watch(&self) -> SharedWatch {
        match self {
            Self::Process(watch) => watch.clone(),
            Self::Function(_) => SharedWatch::default(),
        }
    }
}

/// The end of the channel to the driver that its owner holds.
#[derive(Debug)]
pub(super) struct Handle {
    wake: SyncSender<()>,
    stopping: Arc<AtomicBool>,
    driver: Arc<OnceLock<ThreadId>>,
}

/// The end that the driver waits at.
#[derive(Debug)]
pub(super) struct Inbox {
    woken: Receiver<()>,
    stopping: Arc<AtomicBool>,
    driver: Arc<OnceLock<ThreadId>>,
}

/// Creates a channel to a driver.
pub(super) fn channel() -> (Handle, Inbox) {
    let (wake, woken) = sync_channel(1);
    let stopping = Arc::new(AtomicBool::new(false));
    let driver = Arc::new(OnceLock::new());
    let handle = Handle {
        wake,
        stopping: stopping.clone(),
        driver: driver.clone(),
    };
    let inbox = Inbox {
        woken,
        stopping,
        driver,
    };
    (handle, inbox)
}

impl Handle {
    /// Makes the driver return after a tick in progress. Never blocks.
    pub(super) fn stop(&self) {
        // Release: pairs with the Acquire of the driver.
        self.stopping.store(true, Ordering::Release);
        let _ = self.wake.try_send(());
    }

    /// Returns whether the driver was stopped.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Returns whether the caller runs on the driver's thread, as the closures of knobs do.
    pub(super) fn is_on_driver(&self) -> bool {
        self.driver.get() == Some(&thread::current().id())
    }
}

/// Returns a subscriber that gathers fast readings for as long as `gathered` lives, also while a
/// knob blocks the driver. A share of memory older than `oldest` is left out.
pub(super) fn gather(
    gathered: &Arc<Mutex<FastEvidence>>,
    oldest: Nanos,
) -> impl FnMut(&FastReadings) -> ControlFlow<()> + use<> {
    let gathered = Arc::downgrade(gathered);
    move |fast| match gathered.upgrade() {
        Some(gathered) => {
            lock(&gathered).record(fast, oldest);
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(()),
    }
}

impl Inbox {
    /// Waits until `due`. Returns false when stopped.
    fn wait_until(&self, due: Nanos) -> bool {
        loop {
            if self.stopping.load(Ordering::Acquire) {
                return false;
            }
            let left = Duration::from(due.since(clock::now()));
            match self.woken.recv_timeout(left) {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => return true,
            }
        }
    }
}

/// Runs ticks on its thread.
pub(super) struct Driver {
    pub(super) control: Arc<Mutex<Control>>,
    pub(super) journal: Arc<Mutex<Journal>>,
    pub(super) source: Source,
    /// Fast readings since the last tick.
    pub(super) fast: Arc<Mutex<FastEvidence>>,
    pub(super) period: Nanos,
}

impl Driver {
    /// Ticks until it is stopped. Missed ticks are not made up for.
    pub(super) fn run(mut self, inbox: &Inbox) {
        let _ = inbox.driver.set(thread::current().id());
        let mut due = clock::now();
        while inbox.wait_until(due) {
            let begun = clock::now();
            let late = begun.since(due);
            self.tick(begun, late);
            // After a late tick the next one waits a whole period: a shorter window says little.
            let from = if late > self.period { begun } else { due };
            due = from.plus(self.period);
        }
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
        fork::lock(&self.journal).set_duration(clock::now().since(begun));
    }

    fn sense_and_control(&mut self) {
        let (snapshot, readings) = self.source.read();
        let fast = std::mem::take(&mut *lock(&self.fast));
        let mut control = lock(&self.control);
        control.fast_evidence(fast);
        control.tick(clock::now(), snapshot, readings);
    }
}

/// In periods: after a longer delay the last decisions rest on a machine that has changed since,
/// for example one that was suspended.
const LATE: u64 = 5;

/// With short periods, an ordinary delay of the scheduler is not late.
const LATE_AT_LEAST: Nanos = Nanos::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blocked_driver_loses_no_fast_reading_and_no_alarm() {
        let gathered = Arc::default();
        let mut gather = gather(&gathered, LATE_AT_LEAST);
        for second in 0..60 {
            let mut fast = FastReadings::default();
            fast.alarmed = second == 59;
            assert!(gather(&fast).is_continue());
        }
        let evidence = *lock(&gathered);
        assert_eq!((evidence.readings, evidence.alarms), (60, 1));
        drop(gathered);
        assert!(gather(&FastReadings::default()).is_break());
    }
}
