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
        wanted: &'static str,
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
            Self::Kind { name, is, wanted } => write!(
                f,
                "`{name}` is a {is} already and cannot be a {wanted} too: choose another name"
            ),
            Self::Name { name, why } => write!(f, "`{name}` cannot name a series: {why}"),
            Self::Label { name, label, why } => write!(f, "`{label}` cannot label `{name}`: {why}"),
            Self::Full { name } => write!(
                f,
                "`{name}` would be series number {}: at most {LIMIT} can be named at run time, so keep label values few",
                LIMIT + 1
            ),
        }
    }
}

impl Error for RegistryError {}
