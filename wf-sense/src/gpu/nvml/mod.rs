//! GPUs by the driver's library, which a thread of its own reads.

mod driver;
mod fields;
mod gpm;
mod mailbox;
mod query;
mod raw;
mod read;
mod session;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use self::driver::Driver;
pub(crate) use self::driver::NO_LIBRARY;
use self::mailbox::{Mailbox, ThreadControl};
use crate::gpu::device::Gpu;
use crate::reading::Reading;
use wf_instrument::fork::ProcessLocal;

/// All NVIDIA GPUs of this machine, read once a second by a thread.
///
/// The thread starts with the first [`read`](Self::read), and ends by itself on a machine without
/// the driver's library. For each GPU and pass it makes some 30 calls of the driver: one for the
/// values that the driver numbers (the memory's temperature, PCIe totals, some of the throttle
/// times), four for performance counters, four for processes, and one for each of the rest. Two
/// calls for PCIe rates, which take 20 ms each, are made only if there are no totals. A driver that
/// fails or has no GPU is tried again after 1, 2, 4 … [periods](Self::with_period), at most 60 s.
///
/// Dropping it stops the thread, without waiting for a call that hangs. Each `Gpus` has its own
/// thread. In a child of `fork(2)` there is no thread: the reading becomes unknown, and a new
/// `Gpus` is needed.
///
/// ```
/// use wf_sense::gpu::Gpus;
///
/// let mut gpus = Gpus::new();
/// // Before the first pass nothing is known.
/// if let Some(gpus) = gpus.read().value() {
///     for gpu in gpus.iter() {
///         println!("{}: {:?}", gpu.info.name, gpu.power);
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Gpus {
    library: Option<PathBuf>,
    period: Duration,
    deadline: Duration,
    thread: Option<Thread>,
}

/// The running thread.
#[derive(Debug)]
struct Thread {
    mailbox: Arc<Mailbox>,
    /// Dropping it ends the thread.
    _stop: ProcessLocal<Sender<()>>,
}

impl Gpus {
    /// Default of [`with_period`](Self::with_period).
    pub const PERIOD: Duration = Duration::from_secs(1);

    /// Default of [`with_deadline`](Self::with_deadline). Loading the driver's library may take
    /// longer, if no other program keeps the GPUs initialized; that delays the first reading.
    pub const DEADLINE: Duration = Duration::from_secs(2);

    /// GPUs of the system's driver library. Does not load it yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            library: None,
            period: Self::PERIOD,
            deadline: Self::DEADLINE,
            thread: None,
        }
    }

    /// GPUs of the library at `path`: for drivers in unusual places, and for tests.
    ///
    /// It must be NVIDIA's `libnvidia-ml`, or behave as that does: its functions are called.
    #[must_use]
    pub fn with_library(path: impl Into<PathBuf>) -> Self {
        Self {
            library: Some(path.into()),
            ..Self::new()
        }
    }

    /// Sets the time between passes, which is also the first wait after a failure. Call it before
    /// the first reading.
    #[must_use]
    pub const fn with_period(mut self, period: Duration) -> Self {
        self.period = if period.is_zero() { SHORTEST } else { period };
        self
    }

    /// Sets the time that one call of the driver may take before the last pass counts as unknown.
    /// Call it before the first reading.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns the last pass over all GPUs, with the moment of its end.
    ///
    /// Takes a lock for the time of a clone, calls no driver, waits for none and allocates nothing;
    /// the first call starts the thread. Unknown before the first pass, while the driver does not
    /// respond, and after it failed; absent if the machine has no driver library or no GPU. The
    /// reasons are few and fixed texts.
    #[must_use]
    pub fn read(&mut self) -> Reading<Arc<[Gpu]>> {
        if self.thread.is_none() {
            self.thread = self.start().ok();
        }
        match &self.thread {
            Some(thread) => thread.mailbox.read(),
            None => Reading::Unknown("no thread to read the driver".into()),
        }
    }

    /// Waits until the first pass has ended or the driver has failed, for at most `timeout`.
    pub fn settle(&mut self, timeout: Duration) {
        let began = Instant::now();
        // The first reading starts the thread.
        let _ = self.read();
        while self
            .thread
            .as_ref()
            .is_some_and(|thread| !thread.mailbox.has_published())
            && began.elapsed() < timeout
        {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn start(&self) -> std::io::Result<Thread> {
        let mailbox = Arc::new(Mailbox::new(self.deadline));
        let (stop, stopped) = channel();
        let control = ThreadControl {
            mailbox: mailbox.clone(),
            stopped,
            deadline: self.deadline,
        };
        let driver = Driver {
            library: self.library.clone(),
            period: self.period,
        };
        std::thread::Builder::new()
            .name("wf-gpu".into())
            .spawn(move || driver.run(&control))?;
        let _stop = ProcessLocal::new(stop);
        Ok(Thread { mailbox, _stop })
    }
}

/// A period of zero would call the driver all the time.
const SHORTEST: Duration = Duration::from_millis(1);

impl Default for Gpus {
    fn default() -> Self {
        Self::new()
    }
}
