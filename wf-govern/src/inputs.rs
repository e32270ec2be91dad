//! Inputs of one tick of the pure stages.

use std::fmt;

use crate::evidence::Evidence;
use crate::knob::Position;
use wf_instrument::Nanos;

/// Everything that a tick is decided from. The journal keeps it, so that it can be decided again.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Inputs {
    /// Evidence of the tick.
    pub evidence: Evidence,
    /// Positions of the knobs, in their order of registration.
    pub knobs: Vec<Position>,
    /// Knobs that were set by hand since the last tick, and the end of each lease.
    pub leases: Vec<(usize, Nanos)>,
    /// Mode of the governor.
    pub mode: Mode,
}

impl Inputs {
    pub(crate) const fn now(&self) -> Nanos {
        self.evidence.at
    }
}

/// Mode of a governor: it decides if decisions become moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Mode {
    /// Decisions become moves.
    #[default]
    Active,
    /// Decisions are journaled and not made: a dry run.
    Advisory,
    /// Nothing is decided.
    Paused,
    /// The governor's thread has ended, by [`Governor::stop`](crate::Governor::stop).
    Stopped,
}

impl Mode {
    /// Returns the name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Advisory => "advisory",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
