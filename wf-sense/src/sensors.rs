//! One object that reads everything: the machine, and what the application tells of itself.

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

/// Reads what the system says of this process, its limits and its host, and what the application offers beside.
///
/// Rates are those between two passes of the same `Sensors`, so each reader has its own; to share one among several, see
/// [`Watch`](super::Watch). Keeps one buffer as long as the longest file (a few KiB; some 100 KiB of `/proc/stat` where there are
/// hundreds of processors), the totals of the last pass, 16 bytes a thread and some ten open files, and grows no further.
#[derive(Debug)]
pub struct Sensors {
    machine: Machine,
    gpus: Source,
    offered: Offered,
    /// Duration of the last fast read.
    fast_pass: Reading<Nanos>,
}

/// Where GPU readings come from.
#[derive(Debug)]
struct Source {
    /// What the machine's files tell, which they do not tell differently a second later.
    files: Reading<Arc<[Gpu]>>,
    /// `None` for a recorded machine.
    #[cfg(feature = "gpu")]
    driver: Option<gpu::Gpus>,
}

/// What only the application can tell.
#[derive(Default)]
struct Offered {
    heap: Option<Box<dyn FnMut() -> Heap + Send + Sync>>,
    /// How often in a row that panicked.
    panics: u32,
    #[cfg(feature = "tokio")]
    runtime: Option<super::runtime::Runtime>,
}

impl Sensors {
    /// Sensors of this machine. Reads nothing yet but whether it has a GPU, as far as files tell.
    #[must_use]
    pub fn new() -> Self {
        let sensors = Self::of(Machine::new());
        #[cfg(feature = "gpu")]
        let sensors = sensors.gpus(gpu::Gpus::new());
        sensors
    }

    /// Sensors of a recorded machine: every file, `proc/self` included, is looked for below `root`.
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
            offered: Offered::default(),
            fast_pass: Reading::Absent("no fast reads".into()),
        }
    }

    /// Takes GPU readings from here: for a driver's library in an unusual place, say.
    #[cfg(feature = "gpu")]
    #[must_use]
    pub fn gpus(mut self, gpus: gpu::Gpus) -> Self {
        self.gpus.driver = Some(gpus);
        self
    }

    /// Also asks the application's allocator, once in each pass: `stats.allocated` and `stats.resident` of jemalloc, say. If `read`
    /// panics, the reading is unknown; after three times in a row it is not asked again.
    #[must_use]
    pub fn heap(mut self, read: impl FnMut() -> Heap + Send + Sync + 'static) -> Self {
        self.offered.heap = Some(Box::new(read));
        self
    }

    /// Also reads the metrics of a tokio runtime.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn runtime(mut self, runtime: &tokio::runtime::Handle) -> Self {
        self.offered.runtime = Some(super::runtime::Runtime::new(runtime));
        self
    }

    /// Waits for the first pass over the GPUs, for at most `timeout`: until then it is unknown whether there are any. Returns at once where that is
    /// known, and without the feature `gpu`.
    #[must_use]
    pub fn settle(mut self, timeout: Duration) -> Self {
        self.gpus.settle(timeout);
        self
    }

    /// One pass over everything.
    ///
    /// Rates are those since the pass before and unknown in the first. Asked again within 100 ms, they are the last ones, with their age.
    ///
    /// On Linux some 35 files, and one for each thread (of a process with more than 64, in some
    /// passes only); where threads are pinned, another for each in every tenth pass. The bench
    /// `sensors` says what that costs. It grows with the levels of control groups, disks and, by
    /// far the most, processors of the host. Waits for no device.
    #[must_use]
    pub fn read(&mut self) -> Readings {
        let began = clock::now();
        let mut readings = Readings::default();
        self.machine.read(&mut readings);
        readings.gpus = Gpus::of(self.gpus.read());
        self.offered.read(&mut readings);
        readings.at = clock::now();
        readings.sensing.pass = Reading::of(Ok(readings.at.since(began)));
        readings.sensing.fast_pass = self.fast_pass.clone();
        readings.sensing.alarms = Reading::Absent(NO_WATCH);
        readings
    }

    /// What may not wait for a whole pass: five files, and one for each further level that limits memory.
    ///
    /// Looks for the group where the last pass found it; before the first, how full memory is is
    /// unknown, and pressure is the host's.
    #[must_use]
    pub fn read_fast(&mut self) -> FastReadings {
        let began = clock::now();
        let mut fast = self.machine.read_fast();
        fast.at = clock::now();
        fast.alarms = Reading::Absent(NO_WATCH);
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
            Some(told) => told,
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

impl Offered {
    fn read(&mut self, readings: &mut Readings) {
        readings.memory.heap = match &mut self.heap {
            None => Reading::Absent("the application offers no view of its heap".into()),
            Some(_) if self.panics == PATIENCE => Reading::Unknown(PANICKED),
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
    let none = "the application tells of no async runtime";
    super::readings::Runtime {
        workers: Reading::Absent(none.into()),
        busy: Reading::Absent(none.into()),
    }
}

const PANICKED: Reason = Reason::Borrowed("reading the heap panicked");

/// As for knobs: what fails so often in a row is broken, and each failure prints a panic.
const PATIENCE: u32 = 3;

const NO_WATCH: Reason = Reason::Borrowed("nobody watches for alarms");

impl fmt::Debug for Offered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offered").finish_non_exhaustive()
    }
}
