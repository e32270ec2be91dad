//! Errors of knobs.

use std::error::Error;
use std::sync::Arc;

/// Any error of the application's `apply` closure, so that it can use `?`.
pub type ApplyError = Box<dyn Error + Send + Sync>;

/// The reason why a knob was not read or did not move.
///
/// The value that was in force before a failed move stays in force, except with
/// [`Mismatch`](Self::Mismatch), and with [`Panicked`](Self::Panicked) where the closure had
/// already set the value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnobError {
    /// The value is outside the bounds of the knob.
    #[error("{knob} cannot be set to {value}: its bounds are {min} to {max}")]
    OutOfBounds {
        /// Name of the knob.
        knob: Arc<str>,
        /// The requested value.
        value: u64,
        /// The lowest value of the knob.
        min: u64,
        /// The highest value of the knob.
        max: u64,
    },
    /// The application's closure returned an error.
    #[error("the application rejected the value {value} of {knob}")]
    Rejected {
        /// Name of the knob.
        knob: Arc<str>,
        /// The requested value.
        value: u64,
        /// The error of the closure.
        source: ApplyError,
    },
    /// The application's closure panicked; the panic was caught.
    #[error("the application's closure of {knob} panicked; the panic hook printed its message")]
    Panicked {
        /// Name of the knob.
        knob: Arc<str>,
    },
    /// The value read back differs from the value that the closure reported as applied.
    #[error("the application reported {applied} as the value of {knob}, but it reads {read}")]
    Mismatch {
        /// Name of the knob.
        knob: Arc<str>,
        /// The value that the closure reported.
        applied: u64,
        /// The value that was read back.
        read: u64,
    },
    /// The object that the knob belongs to was dropped.
    #[error("{knob} cannot be read or moved: the object that it belongs to was dropped")]
    OwnerDropped {
        /// Name of the knob.
        knob: Arc<str>,
    },
    /// The knob failed too often in a row and is no longer called until it is released.
    #[error("{knob} is quarantined after {failures} failures in a row; fix it, then release it")]
    Quarantined {
        /// Name of the knob.
        knob: Arc<str>,
        /// Number of failures in a row.
        failures: u32,
    },
    /// This process was forked, and the governor of the knob runs in its parent.
    #[error("{knob} is governed in the parent process; start a governor in this one")]
    Forked {
        /// Name of the knob.
        knob: Arc<str>,
    },
    /// No knob of this name is registered.
    #[error("there is no knob {name:?}; registered knobs: {registered}")]
    NoSuchKnob {
        /// The requested name.
        name: String,
        /// The registered names.
        registered: String,
    },
}
