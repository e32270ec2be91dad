//! The driver's library: loaded, initialized, and given back.

use std::mem;
use std::ops::Deref;
use std::path::Path;

use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;

use super::driver::Line;
use super::fault;

/// The driver's library as long as it is open. Dropping it shuts it down, which may take as long as any call.
pub(super) struct Library<'a> {
    nvml: Nvml,
    line: &'a Line,
}

/// Why the library is not open.
pub(super) enum Closed {
    /// There is no such file.
    Missing,
    /// There is, and it does not work.
    Failed(&'static str),
}

impl<'a> Library<'a> {
    /// Loads and initializes the library at `path`, or the one that the system has.
    ///
    /// Where no other program keeps the GPUs initialized this does it, which may take seconds.
    pub(super) fn open(path: Option<&Path>, line: &'a Line) -> Result<Self, Closed> {
        let mut builder = Nvml::builder();
        if let Some(path) = path {
            builder.lib_path(path.as_os_str());
        }
        line.promise();
        let nvml = builder.init().map_err(|error| why(&error, path))?;
        if nvml.lib().nvmlShutdown.is_err() {
            // The wrapper would panic when it is dropped.
            mem::forget(nvml);
            return Err(Closed::Failed("not a driver library"));
        }
        Ok(Self { nvml, line })
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
        self.line.promise();
    }
}

fn why(error: &NvmlError, path: Option<&Path>) -> Closed {
    match error {
        NvmlError::LibloadingError(error) if is_missing(&error.to_string(), path) => {
            Closed::Missing
        }
        NvmlError::LibloadingError(_) => Closed::Failed("the driver's library cannot be loaded"),
        NvmlError::FailedToLoadSymbol(_) => Closed::Failed("not a driver library"),
        error => Closed::Failed(fault::text(error)),
    }
}

/// The loader has one kind of error for all that may be wrong. That it misses this very file, and not another one that the file needs,
/// shows in the name before its complaint. Windows names none.
fn is_missing(error: &str, path: Option<&Path>) -> bool {
    let name = path.map_or(DEFAULT.into(), Path::to_string_lossy);
    let error = error.to_lowercase();
    let complains = error.contains(&*name.to_lowercase()) && error.contains("no such file");
    complains || cfg!(windows)
}

/// As the wrapper has it.
const DEFAULT: &str = "libnvidia-ml.so.1";
