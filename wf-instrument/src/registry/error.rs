//! Why a series could not be had.

use std::error::Error;
use std::fmt;

use super::LIMIT;

/// Why a series could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryError {
    /// A name stands for one kind only.
    Kind {
        /// The name asked for.
        name: String,
        /// What it is.
        is: &'static str,
        /// What was asked for.
        requested: &'static str,
    },
    /// It could not be exported under that name.
    Name {
        /// The name asked for.
        name: String,
        /// What is wrong with it, and what to write.
        why: &'static str,
    },
    /// It could not be exported with that label.
    Label {
        /// The name asked for.
        name: String,
        /// The label's name.
        label: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A place has one target, and this one was given another before.
    Target {
        /// The name asked for.
        name: String,
    },
    /// A target of frames is a finite number, 0 or above.
    FrameRate {
        /// The name asked for.
        name: String,
        /// The target asked for, written as a number.
        target_fps: String,
    },
    /// Events brought another number of label values than was declared, and were recorded with
    /// "(none)" for each. Only in [`conflicts`](super::conflicts).
    Values {
        /// The name of the place.
        name: String,
        /// How many values were declared, the model included where requests may name it.
        declared: usize,
        /// How many events brought another number.
        events: u64,
    },
    /// The limit on series that are named at run time is reached.
    Full {
        /// The name asked for.
        name: String,
    },
}

/// By hand, since it is there in builds that have no dependency to write it.
impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind {
                name,
                is,
                requested,
            } => write!(
                f,
                "`{name}` is a {is} already and cannot be a {requested} too: choose another name"
            ),
            Self::Name { name, why } => write!(f, "`{name}` cannot name a series: {why}"),
            Self::Label { name, label, why } => write!(f, "`{label}` cannot label `{name}`: {why}"),
            Self::Target { name } => write!(
                f,
                "`{name}` has another target already: give it the same one, or choose another name"
            ),
            Self::FrameRate { name, target_fps } => write!(
                f,
                "{target_fps} frames a second cannot be the target of `{name}`: give a finite number above 0, or 0 for no target"
            ),
            Self::Values {
                name,
                declared,
                events,
            } => write!(
                f,
                "{events} events of `{name}` brought another number of label values than the {declared} that are declared: \
                 declare labels with `registry::labelled_span`, `labelled_generation` or `labelled_frame`"
            ),
            Self::Full { name } => write!(
                f,
                "`{name}` would be series number {}: at most {LIMIT} can be named at run time, so keep label values few",
                LIMIT + 1
            ),
        }
    }
}

impl Error for RegistryError {}
