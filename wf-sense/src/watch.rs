//! One thread that reads the sensors at two paces, for any number of readers.

use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::machine::{Canceller, Triggers};
use super::reading::Reading;
use super::readings::{Alarms, FastReadings, Readings};
use super::sensors::Sensors;
use wf_instrument::Nanos;
use wf_instrument::clock;
use wf_instrument::fork::{Thread, lock};

/// Reads everything once a second on a thread of its own, and the fast readings five times a
/// second and whenever the kernel raises an alarm.
///
/// Cheap to clone: all clones share one thread, named `wf-sensors`, which ends with the last of
/// them. That drop waits until a read or a subscriber that is under way has returned.
///
/// Alarms are PSI triggers: some task has waited for memory for a tenth of a second, all tasks for
/// half of that, or all tasks for I/O for half a second. Where the kernel takes no triggers, there
/// is the pace alone.
///
/// Functions of the application ([`Sensors::heap`], [`Watch::subscribe`]) run on that thread, so
/// they should be short. In a child of `fork(2)` there is no thread: the last values grow old.
///
/// ```
/// use wf_sense::{Sensors, Watch};
///
/// let watch = Watch::start(Sensors::new())?;
/// let for_another_reader = watch.clone();
/// assert!(for_another_reader.readings().memory.resident.value().is_some());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "the thread ends when the last clone is dropped"]
pub struct Watch {
    owner: Arc<Owner>,
}

/// The thread, and what its readers share with it.
struct Owner {
    shared: Arc<Shared>,
    canceller: Canceller,
    thread: Thread,
}

struct Shared {
    last: Mutex<Last>,
    subscribers: Mutex<Vec<Subscriber>>,
}

/// The last readings.
#[derive(Debug)]
struct Last {
    readings: Readings,
    fast: FastReadings,
    ended: bool,
}

type Subscriber = Box<dyn FnMut(&FastReadings) -> ControlFlow<()> + Send>;

impl Watch {
    /// Makes a first pass, then starts the thread.
    ///
    /// A second call starts a second thread, and the machine is read twice: start one watch in a
    /// process and clone it.
    ///
    /// # Errors
    /// If the system starts no thread, or gives no descriptor that ends its waits.
    pub fn start(mut sensors: Sensors) -> io::Result<Self> {
        let (readings, fast) = (sensors.read(), sensors.read_fast());
        let (triggers, canceller) = sensors.machine().triggers()?;
        let last = Last {
            readings,
            fast,
            ended: false,
        };
        let shared = Arc::new(Shared {
            last: Mutex::new(last),
            subscribers: Mutex::default(),
        });
        let watcher = Watcher {
            sensors,
            triggers,
            alarms: Alarms::default(),
            shared: shared.clone(),
        };
        let thread = Thread::spawn("wf-sensors", move || watcher.run())?;
        let owner = Owner {
            shared,
            canceller,
            thread,
        };
        Ok(Self {
            owner: owner.into(),
        })
    }

    /// Returns the readings of the last pass: a copy of a few KiB.
    #[must_use]
    pub fn readings(&self) -> Readings {
        lock(&self.owner.shared.last).readings.clone()
    }

    /// Returns the last fast readings.
    #[must_use]
    pub fn fast_readings(&self) -> FastReadings {
        lock(&self.owner.shared.last).fast.clone()
    }

    /// Calls `react` with the fast readings of each read from now on, until it returns
    /// [`ControlFlow::Break`].
    ///
    /// It runs on the watch's own thread: nothing is read while it runs. If it panics, the panic
    /// ends there, and it is called again with the next ones. It may hold a clone of the watch,
    /// which keeps the thread alive then. To receive them on another thread, send each through a
    /// channel, and break if the receiver is gone.
    ///
    /// Without swap space the kernel kills before any task stalls, and no alarm warns of that. So
    /// check the used share of memory too, and take memory for full if it is unknown or old, as in
    /// a process that is out of descriptors.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use std::sync::mpsc::channel;
    ///
    /// use wf_instrument::Nanos;
    /// use wf_sense::{FastReadings, Sensors, Watch};
    ///
    /// fn is_full(fast: &FastReadings) -> bool {
    ///     let used = fast.memory_utilization.fresh(fast.at, Nanos::from_secs(2));
    ///     used.is_none_or(|used| used.get() > 0.90)
    /// }
    ///
    /// let watch = Watch::start(Sensors::new())?;
    /// let (shed, sheds) = channel();
    /// watch.subscribe(move |fast| match shed.send(is_full(fast) || fast.alarmed) {
    ///     Ok(()) => ControlFlow::Continue(()),
    ///     Err(_) => ControlFlow::Break(()),
    /// });
    /// let _shed_now: bool = sheds.recv().unwrap();
    /// # assert!(is_full(&FastReadings::default()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn subscribe(&self, react: impl FnMut(&FastReadings) -> ControlFlow<()> + Send + 'static) {
        lock(&self.owner.shared.subscribers).push(Box::new(react));
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // A forked child has no such thread, nor the descriptor that ends its wait.
        if self.thread.in_same_process() {
            lock(&self.shared.last).ended = true;
            self.canceller.cancel();
            self.thread.join();
        }
    }
}

impl Shared {
    /// Calls each subscriber without a lock held: it may subscribe another.
    fn publish(&self, fast: &FastReadings) {
        lock(&self.last).fast = fast.clone();
        let mut subscribers = std::mem::take(&mut *lock(&self.subscribers));
        subscribers.retain_mut(|react| {
            let reaction = catch_unwind(AssertUnwindSafe(|| react(fast)));
            !matches!(reaction, Ok(ControlFlow::Break(())))
        });
        let mut all = lock(&self.subscribers);
        subscribers.append(&mut all);
        *all = subscribers;
    }
}

/// The thread's side.
struct Watcher {
    sensors: Sensors,
    triggers: Triggers,
    alarms: Alarms,
    shared: Arc<Shared>,
}

impl Watcher {
    fn run(mut self) {
        let mut passed = clock::now();
        loop {
            let before = self.alarms;
            self.triggers.wait(FAST_PACE, &mut self.alarms);
            let alarmed = self.alarms != before;
            if lock(&self.shared.last).ended {
                return;
            }
            // If a panic ended the thread, the last values would grow old and nothing would say
            // why.
            let _ = catch_unwind(AssertUnwindSafe(|| self.read_fast(alarmed)));
            if clock::now().since(passed) >= PASS_PACE {
                passed = clock::now();
                let _ = catch_unwind(AssertUnwindSafe(|| self.pass()));
            }
        }
    }

    fn read_fast(&mut self, alarmed: bool) {
        let mut fast = self.sensors.read_fast();
        fast.alarmed = alarmed;
        fast.alarms = self.alarms();
        self.shared.publish(&fast);
    }

    fn pass(&mut self) {
        let mut readings = self.sensors.read();
        self.sensors.machine().follow(&mut self.triggers);
        readings.sensing.alarms = self.alarms();
        lock(&self.shared.last).readings = readings;
    }

    fn alarms(&mut self) -> Reading<Alarms> {
        let watched = self.triggers.watched(&mut self.alarms);
        match watched == Alarms::default() {
            false => Reading::of(Ok(watched)),
            true => Reading::Absent("the kernel takes no triggers from this process".into()),
        }
    }
}

/// Five times a second: growth by a gigabyte a second is read before it is a quarter of one.
const FAST_PACE: Duration = Duration::from_millis(200);

/// A tick of the governor. A little under five fast reads, so that a late one does not cost a pass.
const PASS_PACE: Nanos = Nanos::from_millis(900);
