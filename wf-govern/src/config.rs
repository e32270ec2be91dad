//! What the governor is asked to keep, and how carefully it goes about it.

use super::diagnose::Thresholds;
use super::limits::Limits;
use wf_instrument::Nanos;

/// Everything that the pure stages need to know beside the evidence. The defaults are the ones that the simulated engine's scenarios
/// are run with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// What is promised to the callers.
    pub targets: Targets,
    /// When a resource counts as the bottleneck.
    pub thresholds: Thresholds,
    /// How far and how often a knob may move.
    pub limits: Limits,
}

/// What is promised to the callers. A target that is not set is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Targets {
    /// Nine of ten requests get their first token within this; who gives up before it counts as a miss.
    pub time_to_first_token: Option<Nanos>,
    /// The mean time between two tokens stays within this, and 99 of 100 gaps within [`Limits::stall`] times this.
    pub inter_token: Option<Nanos>,
}
