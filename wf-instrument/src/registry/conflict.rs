//! Names that mean two things, or could not be had.

use std::sync::Arc;

use super::RegistryError;

/// A name that stands for several kinds of series, or under which something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The name.
    pub name: Arc<str>,
    /// What it stands for, in alphabetical order.
    pub kinds: Vec<&'static str>,
    /// The first refusal under this name, if any.
    pub refused: Option<RegistryError>,
}
