//! The governor's thread: it waits for the next tick, for fast readings, and for the end.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::control::{Control, lock};
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
    events: SyncSender<Event>,
    stopping: Arc<AtomicBool>,
    driver: Arc<OnceLock<ThreadId>>,
}

/// The end that the driver waits at.
#[derive(Debug)]
pub(super) struct Inbox {
    events: Receiver<Event>,
    stopping: Arc<AtomicBool>,
    driver: Arc<OnceLock<ThreadId>>,
}

#[derive(Debug)]
enum Event {
    Stop,
    Fast(Box<FastReadings>),
}

/// Creates a channel to a driver.
pub(super) fn channel() -> (Handle, Inbox) {
    let (sender, receiver) = sync_channel(QUEUED_EVENTS);
    let stopping = Arc::new(AtomicBool::new(false));
    let driver = Arc::new(OnceLock::new());
    let handle = Handle {
        events: sender,
        stopping: stopping.clone(),
        driver: driver.clone(),
    };
    let inbox = Inbox {
        events: receiver,
        stopping,
        driver,
    };
    (handle, inbox)
}

impl Handle {
    /// Makes the driver return after a tick in progress. Never blocks.
    pub(super) fn stop(&self) {
        // Release: pairs with the Acquire of the driver, which may be behind a full channel.
        self.stopping.store(true, Ordering::Release);
        let _ = self.events.try_send(Event::Stop);
    }

    /// Returns whether the driver was stopped.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Returns whether the caller runs on the driver's thread, as the closures of knobs do.
    pub(super) fn is_on_driver(&self) -> bool {
        self.driver.get() == Some(&thread::current().id())
    }

    /// Sends the fast readings of `watch` to the driver for as long as it runs. Those that find the
    /// channel full, because a knob blocks the driver, are dropped.
    pub(super) fn follow(&self, watch: &Watch) {
        let events = self.events.clone();
        watch.subscribe(move |fast| {
            let event = Event::Fast(Box::new(fast.clone()));
            match events.try_send(event) {
                Ok(()) | Err(TrySendError::Full(_)) => ControlFlow::Continue(()),
                Err(TrySendError::Disconnected(_)) => ControlFlow::Break(()),
            }
        });
    }
}

/// Runs ticks on its thread.
pub(super) struct Driver {
    pub(super) control: Arc<Mutex<Control>>,
    pub(super) journal: Arc<Mutex<Journal>>,
    pub(super) source: Source,
    pub(super) period: Nanos,
}

impl Driver {
    /// Ticks until it is stopped. Missed ticks are not made up for.
    pub(super) fn run(mut self, inbox: &Inbox) {
        let _ = inbox.driver.set(thread::current().id());
        let mut due = clock::now();
        while self.wait_until(due, inbox) {
            let begun = clock::now();
            let late = begun.since(due);
            self.tick(begun, late);
            // After a late tick the next one waits a whole period: a shorter window says little.
            let from = if late > self.period { begun } else { due };
            due = from.plus(self.period);
        }
    }

    /// Handles fast readings until `due`. Returns false when stopped.
    fn wait_until(&self, due: Nanos, inbox: &Inbox) -> bool {
        loop {
            if inbox.stopping.load(Ordering::Acquire) {
                return false;
            }
            let left = Duration::from(due.since(clock::now()));
            match inbox.events.recv_timeout(left) {
                Ok(Event::Fast(fast)) => lock(&self.control).fast_readings(&fast),
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => return true,
            }
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
        lock(&self.control).tick(clock::now(), snapshot, readings);
    }
}

/// In periods: after a longer delay the last decisions rest on a machine that has changed since,
/// for example one that was suspended.
const LATE: u64 = 5;

/// With short periods, an ordinary delay of the scheduler is not late.
const LATE_AT_LEAST: Nanos = Nanos::from_secs(3);

/// Fast readings of three seconds.
const QUEUED_EVENTS: usize = 16;
