//! Why the program did not start.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use wf_port::Address;

use crate::engine::EngineError;
use crate::measure;
use crate::model::ModelError;

/// Why the program did not start, or could not write its report.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AppError {
    /// The run is over before it counts.
    #[error(
        "a warm-up of {warm_up:?} leaves nothing of a run of {duration:?}; make --duration longer"
    )]
    WarmUp {
        /// What was asked not to count.
        warm_up: Duration,
        /// The whole run.
        duration: Duration,
    },
    /// The model cannot be used.
    #[error("the model cannot be used: {0}")]
    Model(#[from] ModelError),
    /// The address for clients cannot be had.
    #[error(
        "cannot serve on {address} ({source}); choose another with --serve, or port 0 for any that is free"
    )]
    Serve {
        /// The address.
        address: Address,
        /// What the system says.
        source: io::Error,
    },
    /// The engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The instruments did not start.
    #[error(transparent)]
    Measure(#[from] measure::StartError),
    /// The report cannot be written.
    #[error("cannot write the report to {} ({source}); choose another file with --report", file.display())]
    Report {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no threads or signals.
    #[error("the system refuses threads or signals: {0}")]
    Runtime(io::Error),
}
