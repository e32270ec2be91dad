//! One object that reads everything: the machine, and what the application provides.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "gpu")]
use super::gpu;
use super::gpu::Gpu;
use super::machine::Machine;
use super::reading::{Reading, Reason};
use super::readings::{FastReadings, Gpus, Heap, Readings};
use wf_instrument::Nanos;
use wf_instrument::clock;

/// Reads this process, its limits and its host, and what the application provides.
///
/// Rates are those between two passes of the same `Sensors`, so each reader needs its own. Readers
/// that share one use [`Watch`](super::Watch). Keeps a buffer as long as the longest file (a few
/// KiB; some 100 KiB of `/proc/stat` with hundreds of processors), the totals of the last pass, 16
/// bytes a thread and some ten open files; it does not grow further.
#[derive(Debug)]
pub struct Sensors {
    machine: Machine,
    gpus: Source,
    provided: Provided,
    /// Duration of the last fast read.
    fast_pass: Reading<Nanos>,
}

/// The source of GPU readings.
#[derive(Debug)]
struct Source {
    /// By the machine's files, read once: they do not change from second to second.
    files: Reading<Arc<[Gpu]>>,
    /// `None` for a recorded machine.
    #[cfg(feature = "gpu")]
    driver: Option<gpu::Gpus>,
}

/// Values that only the application has.
#[derive(Default)]
struct Provided {
    heap: Option<Box<dyn FnMut() -> Heap + Send + Sync>>,
    /// Panics of that in a row.
    panics: u32,
    #[cfg(feature = "tokio")]
    runtime: Option<super::runtime::Runtime>,
}

impl Sensors {
    /// Sensors of this machine. Reads nothing yet, except whether files show a GPU.
    #[must_use]
    pub fn new() -> Self {
        let sensors = Self::of(Machine::new());
        #[cfg(feature = "gpu")]
        let sensors = sensors.gpus(gpu::Gpus::new());
        sensors
    }

    /// Sensors of a recorded machine: every file is read below `root`, `proc/self` too.
    #[cfg(all(target_os = "linux", not(wf_portable)))]
    #[must_use]
    pub fn rooted(root: impl Into<std::path::PathBuf>) -> Self {
        Self::of(Machine::rooted(root.into()))
    }

    fn of(machine: Machine) -> Self {
        Self {
            gpus: Source {
                files: machine.gpus(),
                #[cfg(feature = "gpu")]
                driver: None,
            },
            machine,
            provided: Provided::default(),
            fast_pass: Reading::Absent("no fast reads".into()),
        }
    }

    /// Reads GPUs by `gpus`, for example with a driver's library in an unusual place.
    #[cfg(feature = "gpu")]
    #[must_use]
    pub fn gpus(mut self, gpus: gpu::Gpus) -> Self {
        self.gpus.driver = Some(gpus);
        self
    }

    /// Also reads the application's allocator by `read`, once in each pass: for example
    /// `stats.allocated` and `stats.resident` of jemalloc. If `read` panics, the reading is
    /// unknown; after three panics in a row it is not called again.
    #[must_use]
    pub fn heap(mut self, read: impl FnMut() -> Heap + Send + Sync + 'static) -> Self {
        self.provided.heap = Some(Box::new(read));
        self
    }

    /// Also reads the metrics of a tokio runtime.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn runtime(mut self, runtime: &tokio::runtime::Handle) -> Self {
        self.provided.runtime = Some(super::runtime::Runtime::new(runtime));
        self
    }

    /// Waits for the first pass over the GPUs, for at most `timeout`. Before it, it is unknown
    /// whether there are any. Returns at once if that is known, and without the feature `gpu`.
    #[must_use]
    pub fn settle(mut self, timeout: Duration) -> Self {
        self.gpus.settle(timeout);
        self
    }

    /// Makes one pass over all sources.
    ///
    /// Rates are those since the pass before, and unknown in the first. Within 100 ms of it they
    /// are the last ones, with their age.
    ///
    /// On Linux it reads some 35 files, and one for each thread (of a process with more than 64, in
    /// some passes only). If threads are pinned, it reads another for each in every tenth pass. The
    /// bench `sensors` measures the cost, which grows with the levels of control groups, disks and,
    /// by far the most, processors of the host. Waits for no device.
    #[must_use]
    pub fn read(&mut self) -> Readings {
        let began = clock::now();
        let mut readings = Readings::default();
        self.machine.read(&mut readings);
        readings.gpus = Gpus::of(self.gpus.read());
        self.provided.read(&mut readings);
        readings.at = clock::now();
        readings.sensing.pass = Reading::of(Ok(readings.at.since(began)));
        readings.sensing.fast_pass = self.fast_pass.clone();
        readings.sensing.alarms = Reading::Absent(ALARMS_NEED_WATCH);
        readings
    }

    /// Reads what is too urgent for a whole pass: five files, and one for each further level that
    /// limits memory.
    ///
    /// Uses the control group that the last pass found. Before the first pass, memory utilisation
    /// is unknown and pressure is the host's.
    #[must_use]
    pub fn read_fast(&mut self) -> FastReadings {
        let began = clock::now();
        let mut fast = self.machine.read_fast();
        fast.at = clock::now();
        fast.alarms = Reading::Absent(ALARMS_NEED_WATCH);
        self.fast_pass = Reading::stamped(Ok(fast.at.since(began)), fast.at);
        fast
    }

    pub(super) const fn machine(&self) -> &Machine {
        &self.machine
    }
}

impl Default for Sensors {
    fn default() -> Self {
        Self::new()
    }
}

impl Source {
    #[cfg(not(feature = "gpu"))]
    fn read(&mut self) -> Reading<Arc<[Gpu]>> {
        self.files.clone()
    }

    /// A machine without the driver's library may have a GPU that needs another one.
    #[cfg(feature = "gpu")]
    fn read(&mut self) -> Reading<Arc<[Gpu]>> {
        match self.driver.as_mut().map(gpu::Gpus::read) {
            None => self.files.clone(),
            Some(Reading::Absent(why)) if why == gpu::NO_LIBRARY => self.files.clone(),
            Some(reading) => reading,
        }
    }

    #[cfg(feature = "gpu")]
    fn settle(&mut self, timeout: Duration) {
        if let Some(driver) = &mut self.driver {
            driver.settle(timeout);
        }
    }

    #[cfg(not(feature = "gpu"))]
    fn settle(&mut self, _: Duration) {}
}

impl Provided {
    fn read(&mut self, readings: &mut Readings) {
        readings.memory.heap = match &mut self.heap {
            None => Reading::Absent("the application provides no reading of its heap".into()),
            Some(_) if self.panics == MOST_PANICS => Reading::Unknown(PANICKED),
            Some(read) => {
                let heap = catch_unwind(AssertUnwindSafe(read));
                self.panics = heap.as_ref().map_or(self.panics + 1, |_| 0);
                Reading::of(heap.map_err(|_| PANICKED))
            }
        };
        self.read_runtime(readings);
    }

    #[cfg(feature = "tokio")]
    fn read_runtime(&mut self, readings: &mut Readings) {
        match &mut self.runtime {
            Some(runtime) => readings.runtime = runtime.read(),
            None => readings.runtime = without_runtime(),
        }
    }

    #[cfg(not(feature = "tokio"))]
    #[expect(
        clippy::unused_self,
        reason = "there is something to read with the feature"
    )]
    fn read_runtime(&mut self, readings: &mut Readings) {
        readings.runtime = without_runtime();
    }
}

fn without_runtime() -> super::readings::Runtime {
    let none = "the application provides no async runtime";
    super::readings::Runtime {
        workers: Reading::Absent(none.into()),
        busy: Reading::Absent(none.into()),
    }
}

const PANICKED: Reason = Reason::Borrowed("reading the heap panicked");

/// As for knobs: a function that fails so often in a row is broken, and each failure prints a
/// panic.
const MOST_PANICS: u32 = 3;

const ALARMS_NEED_WATCH: Reason = Reason::Borrowed("alarms need a Watch");

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provided").finish_non_exhaustive()
    }
}
