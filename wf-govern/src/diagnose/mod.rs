//! Diagnosis: which resource is saturated.
//!
//! There are two verdicts, and the journal keeps both.
//!
//! - [`threshold_rule`] looks at one tick; the first threshold that is exceeded wins.
//! - [`Diagnosis::bottleneck`] repairs what that rule leaves open. It scores every resource, so
//!   that two saturated resources and none are both visible. The most dangerous resource wins. It
//!   is entered after 3 of 5 ticks and left after 5 of 5 ticks below a lower threshold. Busy
//!   processors count only if tasks wait for them.

mod bottleneck;
mod hysteresis;
mod indicators;

use std::fmt;

pub use self::bottleneck::Bottleneck;
use self::bottleneck::threshold_rule;
pub(crate) use self::hysteresis::State;
pub use self::indicators::Indicators;
use crate::config::{Targets, Thresholds};
use crate::evidence::Evidence;
use wf_instrument::Ratio;
use wf_sense::Reading;

/// Saturation of each resource relative to its threshold: 1 is at the threshold. `None` if unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Scores {
    /// Memory in use: the fuller of what this process may use and the host's.
    pub memory: Option<f64>,
    /// Wait time of the busiest disk.
    pub io: Option<f64>,
    /// GPU utilisation.
    pub gpu: Option<f64>,
    /// CPU utilisation.
    pub cpu: Option<f64>,
    /// Target frame rate over frames drawn.
    pub ui: Option<f64>,
    /// True if `io` is `None` because the machine has no such reading.
    pub io_absent: bool,
    /// True if `gpu` is `None` because the machine has no GPU.
    pub gpu_absent: bool,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scores = [
            ("memory", self.memory, "unknown"),
            ("disk wait", self.io, missing(self.io_absent)),
            ("GPU", self.gpu, missing(self.gpu_absent)),
            ("CPU", self.cpu, "unknown"),
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

/// Verdict of one tick. Its `Display` is one line with everything that the verdict rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Diagnosis {
    /// Bottleneck with hysteresis.
    pub bottleneck: Bottleneck,
    /// Bottleneck by fixed thresholds, on this tick alone; the first match wins.
    ///
    /// An absent GPU or quota counts as idle. An unknown reading blocks the rules that need it.
    pub by_threshold: Bottleneck,
    /// Saturation of each resource.
    pub scores: Scores,
    /// Further indicators.
    pub indicators: Indicators,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.bottleneck)?;
        if self.by_threshold != self.bottleneck {
            let by_threshold = self.by_threshold;
            write!(f, " (by thresholds, on this tick alone: {by_threshold})")?;
        }
        write!(f, "; relative to thresholds: {}", self.scores)?;
        let indicators = self.indicators.to_string();
        match indicators.is_empty() {
            true => Ok(()),
            false => write!(f, "; {indicators}"),
        }
    }
}

/// Diagnoses one tick: the verdict, and what has to be remembered for the next tick.
pub(crate) fn diagnose(
    state: State,
    evidence: &Evidence,
    thresholds: &Thresholds,
    targets: &Targets,
) -> (State, Diagnosis) {
    let scores = scores(evidence, thresholds);
    let indicators = Indicators::of(evidence, targets);
    let state = state.after(evidence, scores.ui, indicators, thresholds);
    let diagnosis = Diagnosis {
        bottleneck: state.bottleneck(),
        by_threshold: threshold_rule(evidence, thresholds),
        scores,
        indicators,
    };
    (state, diagnosis)
}

fn scores(evidence: &Evidence, thresholds: &Thresholds) -> Scores {
    let over = |r: &Reading<Ratio>, bound: f64| r.value().map(|v| v.get() / bound);
    let disk_slow = thresholds.disk_slow.as_secs();
    let disk_wait = &evidence.host.disk_wait;
    Scores {
        memory: evidence.memory().map(|m| m.get() / thresholds.memory_full),
        io: disk_wait.value().map(|wait| wait.as_secs() / disk_slow),
        gpu: over(&evidence.host.gpu, thresholds.gpu_busy),
        cpu: evidence.cpu().map(|c| c.get() / thresholds.cpu_busy),
        ui: evidence.frames.map(|f| thresholds.frames_short / f.get()),
        io_absent: disk_wait.is_absent(),
        gpu_absent: evidence.host.gpu.is_absent(),
    }
}

#[cfg(test)]
mod tests;
