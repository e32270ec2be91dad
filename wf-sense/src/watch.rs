//! One thread that reads the sensors at two paces, for any number of readers.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::machine::{Caller, Triggers};
use super::reading::Reading;
use super::readings::{Alarms, Guard, Readings};
use super::sensors::Sensors;
use wf_instrument::Nanos;
use wf_instrument::clock;
use wf_instrument::fork::{Thread, lock};

/// Reads everything once a second, and what may not wait for that five times a second and whenever the kernel calls.
///
/// The kernel calls (PSI triggers) where it may be asked to: when tasks have waited for memory for a tenth of a second, all of them for half
/// of that, or all of them for I/O for half a second. Elsewhere the guard's pace is what there is.
///
/// Cheap to clone: all clones share one thread, which is named `wf-sensors`. Dropping the last clone
/// ends the thread as soon as a read or a reaction in progress is over, and waits for that. The
/// application's closures ([`Sensors::heap`] and the reaction) run on that thread, so they should be
/// short. In a child of `fork(2)` there is no thread: the last readings grow old.
///
/// ```
/// use wf_sense::{Sensors, Watch};
///
/// let watch = Watch::start(Sensors::new())?;
/// assert!(watch.readings().memory.resident.value().is_some());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a watch ends when its last clone is dropped"]
pub struct Watch(Arc<Owner>);

/// Ends the thread when it is dropped.
struct Owner {
    seen: Arc<Mutex<Seen>>,
    caller: Caller,
    thread: Thread,
}

/// What was read last.
#[derive(Debug)]
struct Seen {
    readings: Readings,
    guard: Guard,
    ended: bool,
}

impl Watch {
    /// Makes a first pass, then starts the thread.
    ///
    /// # Errors
    /// Where the system gives no thread, or no descriptor to end it by.
    pub fn start(sensors: Sensors) -> io::Result<Self> {
        Self::guarding(sensors, |_| ())
    }

    /// Also calls `react` with each guard read, on the watch's own thread: what it takes is time in which nothing is read. If it panics, the
    /// panic ends there, and it is called again with the next.
    ///
    /// Without swap space the kernel kills before anybody stalls, so no alarm warns of that: look
    /// at how full memory is, too. Take it for full where that is unknown or was read too long ago,
    /// as in a process that is out of descriptors.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// use wf_instrument::Nanos;
    /// use wf_sense::{Guard, Sensors, Watch};
    ///
    /// fn is_full(guard: &Guard) -> bool {
    ///     let used = guard.memory.fresh(guard.at, Nanos::from_secs(2));
    ///     used.is_none_or(|used| used.get() > 0.90)
    /// }
    ///
    /// let shedding = Arc::new(AtomicBool::new(false));
    /// let set = shedding.clone();
    /// let watch = Watch::guarding(Sensors::new(), move |guard| {
    ///     set.store(is_full(guard) || guard.alarmed, Ordering::Relaxed);
    /// })?;
    /// # drop(watch);
    /// # assert!(is_full(&Guard::default()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Watch::start`].
    pub fn guarding(
        mut sensors: Sensors,
        react: impl FnMut(&Guard) + Send + 'static,
    ) -> io::Result<Self> {
        let (readings, guard) = (sensors.read(), sensors.guard());
        let (triggers, caller) = Triggers::set(sensors.machine())?;
        let seen = Seen {
            readings,
            guard,
            ended: false,
        };
        let seen = Arc::new(Mutex::new(seen));
        let watcher = Watcher {
            sensors,
            triggers,
            alarms: Alarms::default(),
            react: Box::new(react),
            seen: seen.clone(),
        };
        let thread = Thread::spawn("wf-sensors", move || watcher.run())?;
        Ok(Self(Arc::new(Owner {
            seen,
            caller,
            thread,
        })))
    }

    /// The last pass: a copy of a few KiB.
    #[must_use]
    pub fn readings(&self) -> Readings {
        lock(&self.0.seen).readings.clone()
    }

    /// The last guard read.
    #[must_use]
    pub fn guard(&self) -> Guard {
        lock(&self.0.seen).guard.clone()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // A forked child has no such thread, nor the descriptor to call it by.
        if self.thread.in_same_process() {
            lock(&self.seen).ended = true;
            self.caller.call();
            self.thread.join();
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// The thread's side.
struct Watcher {
    sensors: Sensors,
    triggers: Triggers,
    alarms: Alarms,
    react: Box<dyn FnMut(&Guard) + Send>,
    seen: Arc<Mutex<Seen>>,
}

impl Watcher {
    fn run(mut self) {
        let mut passed = clock::now();
        loop {
            let before = self.alarms;
            self.triggers.wait(GUARD_PACE, &mut self.alarms);
            let alarmed = self.alarms != before;
            if lock(&self.seen).ended {
                return;
            }
            // A reader that panics would leave its last values to grow old in silence, and with them the thread.
            let _ = catch_unwind(AssertUnwindSafe(|| self.guard(alarmed)));
            if clock::now().since(passed) >= PASS_PACE {
                passed = clock::now();
                let _ = catch_unwind(AssertUnwindSafe(|| self.pass()));
            }
        }
    }

    fn guard(&mut self, alarmed: bool) {
        let mut guard = self.sensors.guard();
        guard.alarmed = alarmed;
        guard.alarms = self.alarms();
        lock(&self.seen).guard = guard.clone();
        (self.react)(&guard);
    }

    fn pass(&mut self) {
        let mut readings = self.sensors.read();
        self.triggers.follow(self.sensors.machine());
        readings.sensing.alarms = self.alarms();
        lock(&self.seen).readings = readings;
    }

    fn alarms(&mut self) -> Reading<Alarms> {
        let watched = self.triggers.watched(&mut self.alarms);
        match watched == Alarms::default() {
            false => Reading::of(Ok(watched)),
            true => Reading::Absent("the kernel takes no triggers from this process".into()),
        }
    }
}

/// Five times a second: what grows by a gigabyte a second is seen before it has grown by a quarter of one.
const GUARD_PACE: Duration = Duration::from_millis(200);

/// A tick of the governor's. Four guards apart, so that a late one does not cost a pass a second.
const PASS_PACE: Nanos = Nanos::from_millis(900);
