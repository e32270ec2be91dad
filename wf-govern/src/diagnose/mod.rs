//! Which resource is the bottleneck.
//!
//! Two verdicts. [`plain`] is the playbook's rule, first match wins, on one tick. Ours repairs what it leaves open: it scores every
//! class, so two at once and none at all are both visible; it takes the class by a fixed precedence; it enters after 3 of 5 ticks
//! and leaves only after 5 of 5 below a lower threshold; and it asks whether busy processors are scarce. Both are journaled, with the [signs](Signs)
//! that speak for them.

mod hysteresis;
mod signs;

use std::fmt;

pub(crate) use self::hysteresis::State;
pub use self::signs::Signs;
use super::config::Targets;
use super::evidence::Evidence;
use wf_instrument::{Nanos, Ratio};
use wf_sense::Reading;

/// What there is too little of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Processors.
    CpuBound,
    /// The GPU.
    GpuBound,
    /// Memory.
    MemoryBound,
    /// Frames of the user interface.
    UiBound,
    /// The disk.
    IoBound,
    /// Nothing in particular.
    #[default]
    Balanced,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::CpuBound,
        Self::GpuBound,
        Self::MemoryBound,
        Self::UiBound,
        Self::IoBound,
        Self::Balanced,
    ];

    /// As it is exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CpuBound => "cpu_bound",
            Self::GpuBound => "gpu_bound",
            Self::MemoryBound => "memory_bound",
            Self::UiBound => "ui_bound",
            Self::IoBound => "io_bound",
            Self::Balanced => "balanced",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// When a resource counts as the bottleneck. Shares are of what the process may use. The defaults are the playbook's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Processors are busy above this: 0.90.
    pub cpu_busy: f64,
    /// … and the GPU is not, below this: 0.60.
    pub gpu_idle: f64,
    /// The GPU is busy above this: 0.90.
    pub gpu_busy: f64,
    /// … and the processors are not, below this: 0.70.
    pub cpu_idle: f64,
    /// Memory is full above this: 0.85.
    pub memory_full: f64,
    /// Frames are short below this share of those promised: 0.90.
    pub frames_short: f64,
    /// The disk is slow above this: 100 ms.
    pub disk_slow: Nanos,
    /// Tasks wait for processors, or are stopped by a quota, above this share of the time: 0.10. Not in the plain rule: a busy processor
    /// is not a scarce one.
    pub cpu_pressed: f64,
}

impl Thresholds {
    /// The first that no reading can be above or below, with its name.
    pub(super) fn senseless(&self) -> Option<(&'static str, f64)> {
        let shares = [
            ("cpu_busy", self.cpu_busy),
            ("gpu_idle", self.gpu_idle),
            ("gpu_busy", self.gpu_busy),
            ("cpu_idle", self.cpu_idle),
            ("memory_full", self.memory_full),
            ("frames_short", self.frames_short),
            ("cpu_pressed", self.cpu_pressed),
        ];
        let is_share = |share: f64| share > 0.0 && share <= 1.0;
        let slow = ("disk_slow", self.disk_slow.as_secs());
        shares
            .into_iter()
            .find(|(_, share)| !is_share(*share))
            .or((slow.1 <= 0.0).then_some(slow))
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cpu_busy: 0.90,
            gpu_idle: 0.60,
            gpu_busy: 0.90,
            cpu_idle: 0.70,
            memory_full: 0.85,
            frames_short: 0.90,
            disk_slow: Nanos::from_millis(100),
            cpu_pressed: 0.10,
        }
    }
}

/// How near each class is to its threshold: 1 is at it. `None` where it cannot be told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Memory in use: the fuller of what this process may use and the host's.
    pub memory: Option<f64>,
    /// The disk's wait.
    pub io: Option<f64>,
    /// The GPU's use.
    pub gpu: Option<f64>,
    /// The processors' use.
    pub cpu: Option<f64>,
    /// Promised frames over drawn ones.
    pub ui: Option<f64>,
    /// Whether the disk's wait is `None` because the machine has no such reading.
    pub io_absent: bool,
    /// Whether the GPU's use is `None` because the machine has no GPU.
    pub gpu_absent: bool,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scores = [
            ("memory", self.memory, "unknown"),
            ("disk wait", self.io, missing(self.io_absent)),
            ("GPU", self.gpu, missing(self.gpu_absent)),
            ("processors", self.cpu, "unknown"),
            ("frames", self.ui, "not drawn"),
        ];
        for (i, (name, score, missing)) in scores.into_iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            match score {
                Some(score) => write!(f, "{name} {:.0} %", score * 100.0)?,
                None => write!(f, "{name} {missing}")?,
            }
        }
        Ok(())
    }
}

const fn missing(absent: bool) -> &'static str {
    if absent { "absent" } else { "unknown" }
}

/// A tick's verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Diagnosis {
    /// Ours.
    pub class: Class,
    /// The playbook's.
    pub plain: Class,
    /// What it rests on.
    pub scores: Scores,
    /// What speaks for it beside.
    pub signs: Signs,
}

impl Diagnosis {
    /// The verdict and what it rests on, in a line for a person.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut told = self.class.to_string();
        if self.plain != self.class {
            told.push_str(&format!(
                " (the plain rule, on this tick alone: {})",
                self.plain
            ));
        }
        told.push_str(&format!("; of its threshold: {}", self.scores));
        for sign in self.signs.told() {
            told.push_str("; ");
            told.push_str(&sign);
        }
        told
    }
}

/// One tick: the verdict, and what has to be remembered for the next one.
pub(crate) fn diagnose(
    state: State,
    evidence: &Evidence,
    thresholds: &Thresholds,
    targets: &Targets,
) -> (State, Diagnosis) {
    let scores = scores(evidence, thresholds);
    let signs = Signs::of(evidence, targets);
    let state = state.after(evidence, scores.ui, signs, thresholds);
    let diagnosis = Diagnosis {
        class: state.class(),
        plain: plain(evidence, thresholds),
        scores,
        signs,
    };
    (state, diagnosis)
}

/// The playbook's rule, first match wins. What is absent (a GPU, a quota) satisfies an upper bound
/// on it; what cannot be read blocks every rule that needs it. Memory is what this process may use,
/// or the host's where that is fuller.
#[must_use]
pub fn plain(evidence: &Evidence, thresholds: &Thresholds) -> Class {
    let gpu = &evidence.host.gpu;
    let exceeds = |share: Option<Ratio>, bound: f64| share.is_some_and(|s| s.get() > bound);
    let below = |r: &Reading<Ratio>, bound: f64| {
        r.is_absent() || r.value().is_some_and(|v| v.get() < bound)
    };
    let cpu_below = |bound: f64| evidence.cpu_shares().iter().all(|cpu| below(cpu, bound));
    let frames_below = |bound: f64| evidence.frames.is_some_and(|f| f.get() < bound);
    let slow = |wait: &Nanos| *wait > thresholds.disk_slow;

    if exceeds(evidence.cpu(), thresholds.cpu_busy) && below(gpu, thresholds.gpu_idle) {
        Class::CpuBound
    } else if exceeds(gpu.value().copied(), thresholds.gpu_busy) && cpu_below(thresholds.cpu_idle) {
        Class::GpuBound
    } else if exceeds(evidence.memory(), thresholds.memory_full) {
        Class::MemoryBound
    } else if frames_below(thresholds.frames_short) {
        Class::UiBound
    } else if evidence.host.disk_wait.value().is_some_and(slow) {
        Class::IoBound
    } else {
        Class::Balanced
    }
}

fn scores(evidence: &Evidence, thresholds: &Thresholds) -> Scores {
    let over = |r: &Reading<Ratio>, bound: f64| r.value().map(|v| v.get() / bound);
    let disk_slow = thresholds.disk_slow.as_secs();
    Scores {
        memory: evidence.memory().map(|m| m.get() / thresholds.memory_full),
        io: evidence
            .host
            .disk_wait
            .value()
            .map(|w| w.as_secs() / disk_slow),
        gpu: over(&evidence.host.gpu, thresholds.gpu_busy),
        cpu: evidence.cpu().map(|c| c.get() / thresholds.cpu_busy),
        ui: evidence.frames.map(|f| thresholds.frames_short / f.get()),
        io_absent: evidence.host.disk_wait.is_absent(),
        gpu_absent: evidence.host.gpu.is_absent(),
    }
}

#[cfg(test)]
mod tests;
