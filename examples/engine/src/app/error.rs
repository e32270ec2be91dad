//! Errors at the start of the program.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use wf_port::Address;

use crate::engine::EngineError;
use crate::measure;
use crate::model::ModelError;

/// An error at the start of the program, or while the report is written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AppError {
    /// The warm-up is as long as the run, so nothing would be counted.
    #[error(
        "a warm-up of {warm_up:?} leaves nothing of a run of {duration:?}; make --duration longer"
    )]
    WarmUp {
        /// Length of the warm-up.
        warm_up: Duration,
        /// Length of the run.
        duration: Duration,
    },
    /// The model cannot be used.
    #[error("the model cannot be used: {0}")]
    Model(#[from] ModelError),
    /// The address for the HTTP API cannot be bound.
    #[error(
        "cannot serve on {address} ({source}); choose another address with --serve, or port 0 for \
         any free port"
    )]
    Serve {
        /// The address.
        address: Address,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Sensors, governor or exporter did not start.
    #[error(transparent)]
    Measure(#[from] measure::StartError),
    /// The report cannot be written.
    #[error(
        "cannot write the report to {} ({source}); choose another file with --report",
        file.display()
    )]
    Report {
        /// Path of the report.
        file: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The operating system refuses threads or signal handlers.
    #[error("the system refuses threads or signals: {0}")]
    Runtime(io::Error),
}
