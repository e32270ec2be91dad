//! Description of a trial, for the journal and for operators.

use std::fmt;
use std::sync::Arc;

/// Method of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Method {
    /// Once from the old setting to the new one; kept unless it is worse.
    BeforeAfter,
    /// Back and forth, so that a change from outside is not taken for an effect; kept if throughput
    /// rose beyond chance, by an estimated 10 % or more.
    Switchback,
}

/// One of the two settings of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Arm {
    /// The setting from before (baseline).
    Old,
    /// The setting on trial.
    New,
}

/// A trial in flight. Its `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct TrialStatus {
    /// Number of the trial, from 1.
    pub id: u64,
    /// Name of the knob on trial.
    pub knob: Arc<str>,
    /// The setting from before.
    pub from: u64,
    /// The setting on trial.
    pub to: u64,
    /// Method of the trial.
    pub method: Method,
    /// The setting in force.
    pub arm: Arm,
    /// Number of completed blocks.
    pub blocks: usize,
}

impl fmt::Display for TrialStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id, knob, from, to, ..
        } = self;
        write!(f, "trial {id} of {knob} {from} → {to}")
    }
}
