//! The thread that reads the driver's library, and what keeps it going.

use std::mem;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;

use super::mailbox::{Gpus, ThreadControl};
use super::query::text;
use super::session::{Health, Session};
use crate::reading::Reading;
use wf_instrument::clock;

/// Settings of the thread.
#[derive(Debug)]
pub(super) struct Driver {
    /// Path of the library; `None` for the system's.
    pub(super) library: Option<PathBuf>,
    pub(super) period: Duration,
}

/// End of an attempt to read the GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// There are no readers any more.
    Stopped,
    /// The machine has no library.
    Missing,
    /// The driver returns nothing for now.
    Lost,
    /// Some GPUs are lost: time to open the library anew, without a wait.
    Stale,
}

impl Driver {
    /// Reads until there are no readers any more, or it is clear that the machine has no library.
    pub(super) fn run(self, control: &ThreadControl) {
        let mut backoff = Backoff::new(self.period);
        persist(control, &mut backoff, |backoff| {
            self.attempt(control, backoff)
        });
    }

    /// Opens the library and makes passes until something goes wrong with all of it.
    fn attempt(&self, control: &ThreadControl, backoff: &mut Backoff) -> Ended {
        match Library::open(self.library.as_deref(), control) {
            Ok(library) => self.make_passes(&library, control, backoff),
            Err(Closed::Missing) => {
                control.mailbox.publish(Reading::Absent(NO_LIBRARY.into()));
                Ended::Missing
            }
            Err(Closed::Failed(reason)) => {
                control.mailbox.publish(Reading::Unknown(reason.into()));
                Ended::Lost
            }
        }
    }

    fn make_passes(
        &self,
        library: &Library<'_>,
        control: &ThreadControl,
        backoff: &mut Backoff,
    ) -> Ended {
        let mut session = Session::new(library, control);
        let mut renew = None;
        let mut due = clock::now();
        loop {
            let (gpus, health) = session.pass();
            control.mailbox.publish(gpus);
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
            if !control.sleep_until(due) {
                return Ended::Stopped;
            }
        }
    }
}

/// Attempts again and again, with waits that grow while nothing comes of it.
fn persist(
    control: &ThreadControl,
    backoff: &mut Backoff,
    mut attempt: impl FnMut(&mut Backoff) -> Ended,
) {
    let mut found = false;
    loop {
        let ended = catch_unwind(AssertUnwindSafe(|| attempt(backoff)));
        if ended.is_err() {
            control.mailbox.publish(Gpus::Unknown(PANICKED.into()));
        }
        match ended {
            Ok(Ended::Stopped) => return,
            // One that was there may be on its way from one version to the next.
            Ok(Ended::Missing) if !found => return control.mailbox.close(),
            _ => {}
        }
        found |= !matches!(ended, Ok(Ended::Missing));
        if !matches!(ended, Ok(Ended::Stale)) && !control.sleep(backoff.next()) {
            return;
        }
    }
}

/// The reason for no NVIDIA GPU on a machine without the library.
pub(crate) const NO_LIBRARY: &str = "no NVIDIA driver library";

const PANICKED: &str = "the GPU's reader panicked";

/// The driver's library as long as it is open. Dropping it shuts it down, which may take as long as
/// any call.
pub(super) struct Library<'a> {
    nvml: Nvml,
    control: &'a ThreadControl,
}

/// The reason why the library is not open.
pub(super) enum Closed {
    /// There is no such file.
    Missing,
    /// There is, and it does not work.
    Failed(&'static str),
}

impl<'a> Library<'a> {
    /// Loads and initializes the library at `path`, or the one that the system has.
    ///
    /// Initializes the GPUs if no other program keeps them initialized, which may take seconds.
    pub(super) fn open(path: Option<&Path>, control: &'a ThreadControl) -> Result<Self, Closed> {
        let mut builder = Nvml::builder();
        if let Some(path) = path {
            builder.lib_path(path.as_os_str());
        }
        control.extend_deadline();
        let nvml = builder.init().map_err(|error| why(&error, path))?;
        if nvml.lib().nvmlShutdown.is_err() {
            // The wrapper would panic when it is dropped.
            mem::forget(nvml);
            return Err(Closed::Failed("not a driver library"));
        }
        Ok(Self { nvml, control })
    }
}

impl Deref for Library<'_> {
    type Target = Nvml;

    fn deref(&self) -> &Nvml {
        &self.nvml
    }
}

impl Drop for Library<'_> {
    /// The library itself is shut down right after.
    fn drop(&mut self) {
        self.control.extend_deadline();
    }
}

fn why(error: &NvmlError, path: Option<&Path>) -> Closed {
    match error {
        NvmlError::LibloadingError(error) if is_missing(&error.to_string(), path) => {
            Closed::Missing
        }
        NvmlError::LibloadingError(_) => Closed::Failed("the driver's library cannot be loaded"),
        NvmlError::FailedToLoadSymbol(_) => Closed::Failed("not a driver library"),
        error => Closed::Failed(text(error)),
    }
}

/// The loader has one kind of error for all that may be wrong. That it misses this very file, and
/// not another one that the file needs, shows in the name before its complaint. Windows names none.
fn is_missing(error: &str, path: Option<&Path>) -> bool {
    let name = path.map_or(DEFAULT.into(), Path::to_string_lossy);
    let error = error.to_lowercase();
    let complains = error.contains(&*name.to_lowercase()) && error.contains("no such file");
    complains || cfg!(windows)
}

/// As the wrapper has it.
const DEFAULT: &str = "libnvidia-ml.so.1";

/// Waits that double from one period on, up to [`LONGEST`].
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) const fn new(first: Duration) -> Self {
        Self { first, failures: 0 }
    }

    /// Makes the next wait the shortest.
    pub(super) const fn reset(&mut self) {
        self.failures = 0;
    }

    /// Returns the next wait.
    pub(super) fn next(&mut self) -> Duration {
        let wait = self.first.saturating_mul(1 << self.failures.min(MOST));
        self.failures = self.failures.saturating_add(1);
        wait.min(LONGEST)
    }
}

/// A driver that is installed anew is found within a minute; an attempt costs next to nothing.
const LONGEST: Duration = Duration::from_secs(60);

/// 2¹⁶ of the shortest sensible period are more than the longest wait.
const MOST: u32 = 16;

#[cfg(test)]
mod tests;
