//! The saturated resource, and the rule that finds it by fixed thresholds.

use std::fmt;

use crate::config::Thresholds;
use crate::evidence::Evidence;
use wf_instrument::{Nanos, Ratio};
use wf_sense::Reading;

/// Saturated resource (bottleneck).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Bottleneck {
    /// Processors.
    Cpu,
    /// GPU.
    Gpu,
    /// Memory.
    Memory,
    /// User interface: it draws fewer frames than its target.
    Ui,
    /// Disk.
    Io,
    /// No resource is known to be saturated: each is below its threshold or unknown.
    /// [`Scores`](crate::Scores) shows which.
    #[default]
    None,
}

impl Bottleneck {
    /// All variants.
    pub const ALL: [Self; 6] = [
        Self::Cpu,
        Self::Gpu,
        Self::Memory,
        Self::Ui,
        Self::Io,
        Self::None,
    ];

    /// Returns the exported name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu_bound",
            Self::Gpu => "gpu_bound",
            Self::Memory => "memory_bound",
            Self::Ui => "ui_bound",
            Self::Io => "io_bound",
            Self::None => "balanced",
        }
    }
}

impl fmt::Display for Bottleneck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Finds the bottleneck of one tick by fixed thresholds; the first match wins.
///
/// An absent GPU or quota counts as idle. A reading that is unknown blocks every rule that needs
/// it. Memory is the fuller of what this process may use and the host's.
pub(super) fn threshold_rule(evidence: &Evidence, thresholds: &Thresholds) -> Bottleneck {
    let gpu = &evidence.host.gpu;
    let exceeds = |share: Option<Ratio>, bound: f64| share.is_some_and(|s| s.get() > bound);
    let below = |r: &Reading<Ratio>, bound: f64| {
        r.is_absent() || r.value().is_some_and(|v| v.get() < bound)
    };
    let cpu_below = |bound: f64| evidence.cpu_shares().iter().all(|cpu| below(cpu, bound));
    let frames_below = |bound: f64| evidence.frames.is_some_and(|f| f.get() < bound);
    let slow = |wait: &Nanos| *wait > thresholds.disk_slow;

    if exceeds(evidence.cpu(), thresholds.cpu_busy) && below(gpu, thresholds.gpu_idle) {
        Bottleneck::Cpu
    } else if exceeds(gpu.value().copied(), thresholds.gpu_busy) && cpu_below(thresholds.cpu_idle) {
        Bottleneck::Gpu
    } else if exceeds(evidence.memory(), thresholds.memory_full) {
        Bottleneck::Memory
    } else if frames_below(thresholds.frames_short) {
        Bottleneck::Ui
    } else if evidence.host.disk_wait.value().is_some_and(slow) {
        Bottleneck::Io
    } else {
        Bottleneck::None
    }
}
