//! Why a knob did not move.

use std::error::Error;
use std::sync::Arc;

/// What the host application answers where it will not take a value: any error, so that its closures can use `?`.
pub type Refusal = Box<dyn Error + Send + Sync>;

/// Why a knob did not move. The value that was in force before is still in force, as far as the application keeps its promise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnobError {
    /// The value is outside of what the application allowed when it made the knob.
    #[error("{knob} takes {min} to {max}, not {value}; widen its range where it is made")]
    OutOfBounds {
        /// The knob.
        knob: Arc<str>,
        /// What was asked for.
        value: u64,
        /// The lowest value that it takes.
        min: u64,
        /// The highest value that it takes.
        max: u64,
    },
    /// The application's closure said no.
    #[error("{knob} refused {value}")]
    Refused {
        /// The knob.
        knob: Arc<str>,
        /// What was asked for.
        value: u64,
        /// What the application said.
        source: Refusal,
    },
    /// The application's closure panicked; the panic ends here.
    #[error("the closure of {knob} panicked; read its message in the panic hook's output")]
    Panicked {
        /// The knob.
        knob: Arc<str>,
    },
    /// The closure said yes, and the value that is then read is another one.
    #[error("{knob} reported {applied} as applied, and then reads {found}")]
    NotTaken {
        /// The knob.
        knob: Arc<str>,
        /// What the application said that it applied.
        applied: u64,
        /// What it reads afterwards.
        found: u64,
    },
    /// It failed too often in a row, and is left alone until it is released.
    #[error("{knob} is quarantined after {failures} failures in a row; repair it, then release it")]
    Quarantined {
        /// The knob.
        knob: Arc<str>,
        /// How often.
        failures: u32,
    },
    /// Its governor is the parent's of this process, which was forked.
    #[error("{knob} is governed by the parent of this process; start a governor in this one")]
    Forked {
        /// The knob.
        knob: Arc<str>,
    },
    /// No knob of that name was registered.
    #[error("no knob is named {name:?}; registered are: {registered}")]
    NoSuchKnob {
        /// What was asked for.
        name: String,
        /// The names that there are.
        registered: String,
    },
}
