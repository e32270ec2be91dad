//! Refusals of the registry.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Maximum number of series and sites that are named at run time.
///
/// Before the first sample, a counter or a histogram takes 2 KiB, a site of calls or of frames 3
/// KiB, and one of requests 7 KiB: 8 to 28 MiB at the limit. Each further set of label values of a
/// site takes another 2 KiB, of requests 6 KiB.
pub const LIMIT: usize = 4_096;

/// A name that stands for several kinds of series, or under which something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The name.
    pub name: Arc<str>,
    /// The kinds it stands for, in alphabetical order.
    pub kinds: Vec<&'static str>,
    /// The first refusal under this name, if any.
    pub refused: Option<RegistryError>,
}

/// The reason why a series was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryError {
    /// A name stands for one kind only.
    Kind {
        /// The requested name.
        name: String,
        /// The kind that it is.
        is: &'static str,
        /// The requested kind.
        requested: &'static str,
    },
    /// It cannot be exported under that name.
    Name {
        /// The requested name.
        name: String,
        /// The rule that it breaks, and what to write.
        why: &'static str,
    },
    /// It cannot be exported with that label.
    Label {
        /// The requested name.
        name: String,
        /// The label's name.
        label: String,
        /// The rule that it breaks.
        why: &'static str,
    },
    /// A site has one target, and this one was given another before.
    Target {
        /// The requested name.
        name: String,
    },
    /// The quantile of a target is a number between 0 and 1, neither included.
    Quantile {
        /// The requested name.
        name: String,
        /// The requested quantile, written as a number.
        quantile: String,
    },
    /// A target of frames is a finite number, 0 or above.
    FrameRate {
        /// The requested name.
        name: String,
        /// The requested target, written as a number.
        target_fps: String,
    },
    /// Events brought another number of label values than was declared, and were recorded with
    /// "(none)" for each. Only in [`conflicts`](super::conflicts).
    Values {
        /// The name of the site.
        name: String,
        /// Number of declared values, the model included where requests may name it.
        declared: usize,
        /// Number of events that brought another number of values.
        events: u64,
    },
    /// The limit on series that are named at run time is reached.
    Full {
        /// The requested name.
        name: String,
    },
}

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
            Self::Quantile { name, quantile } => write!(
                f,
                "{quantile} cannot be the quantile of the target of `{name}`: \
                 give a number between 0 and 1, such as 0.99"
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
