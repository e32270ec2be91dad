//! Names that mean two things.

use std::sync::Arc;

/// A name that stands for several kinds of series.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The name.
    pub name: Arc<str>,
    /// What it stands for, in alphabetical order.
    pub kinds: Vec<&'static str>,
}
