//! Configuration of a governor: targets, thresholds and limits.

use std::sync::Arc;

use crate::knob::Knob;
use wf_instrument::Nanos;

/// Configuration of the pure stages.
///
/// The defaults are those that the scenarios of the simulated engine are run with.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Config {
    /// Targets of the service.
    pub targets: Targets,
    /// Thresholds above which a resource is saturated.
    pub thresholds: Thresholds,
    /// Limits on the size and the rate of moves.
    pub limits: Limits,
}

impl Config {
    /// Checks the configuration of a governor of `knobs`.
    pub(crate) fn check(&self, knobs: &[Knob]) -> Result<(), StartError> {
        let mut names: Vec<&Arc<str>> = knobs.iter().map(Knob::name).collect();
        names.sort_unstable();
        if let Some(two) = names.windows(2).find(|two| two[0] == two[1]) {
            let name = two[0].clone();
            return Err(StartError::SameName { name });
        }
        let (zero, targets) = (Some(Nanos::ZERO), &self.targets);
        if targets.time_to_first_token == zero || targets.inter_token_latency == zero {
            return Err(StartError::ZeroTarget);
        }
        if let Some((name, value)) = self.thresholds.invalid() {
            return Err(StartError::Threshold { name, value });
        }
        match self.limits.invalid() {
            Some((name, value)) => Err(StartError::Limit { name, value }),
            None => Ok(()),
        }
    }
}

/// Error at the start of a governor.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Two knobs have one name.
    #[error("two knobs are named {name}; give one of them another name with `Knob::named`")]
    SameName {
        /// The name.
        name: Arc<str>,
    },
    /// A target is 0 s.
    #[error("a target of 0 s cannot be kept; leave it out to have none")]
    ZeroTarget,
    /// A threshold is not a share, or not positive.
    #[error("the threshold {name} is {value}, but must be above 0; a share must be at most 1")]
    Threshold {
        /// Field of [`Thresholds`].
        name: &'static str,
        /// Its value; a time in seconds.
        value: f64,
    },
    /// A limit is out of its range.
    #[error(
        "the limit {name} is {value}; `aim` and `largest_cut` must be above 0 and at most 1, \
         `dead_band` at least 0 and below 1, others positive and finite"
    )]
    Limit {
        /// Field of [`Limits`].
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// The system started no thread.
    #[error("the system started no thread for the governor")]
    Thread(#[source] std::io::Error),
}

/// Latency targets of the service. A target that is `None` is not governed.
///
/// ```
/// use wf_govern::Targets;
/// use wf_instrument::Nanos;
///
/// let mut targets = Targets::default();
/// targets.inter_token_latency = Some(Nanos::from_millis(20));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Targets {
    /// Target of the 90th percentile of TTFT. A request that is cancelled before its first token
    /// misses it.
    ///
    /// Threads are added only while requests wait and this target is missed. If it is `None`, or
    /// there are too few requests for the percentile, it is enough that requests wait.
    pub time_to_first_token: Option<Nanos>,
    /// Target of the mean inter-token latency. Its 99th percentile stays within
    /// [`Limits::stall`] times this target.
    pub inter_token_latency: Option<Nanos>,
}

/// Thresholds above which a resource is saturated.
///
/// Shares are of what the process may use.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Thresholds {
    /// CPU utilisation above which the processors are busy: 0.90.
    pub cpu_busy: f64,
    /// GPU utilisation below which the GPU is idle: 0.60. Busy processors are the bottleneck only
    /// beside an idle GPU.
    pub gpu_idle: f64,
    /// GPU utilisation above which the GPU is busy: 0.90.
    pub gpu_busy: f64,
    /// CPU utilisation below which the processors are idle: 0.70. A busy GPU is the bottleneck
    /// only beside idle processors.
    pub cpu_idle: f64,
    /// Share of memory in use above which memory is full: 0.85.
    pub memory_full: f64,
    /// Share of the target frame rate below which frames are missing: 0.90.
    pub frames_short: f64,
    /// Wait time of the busiest disk above which the disk is slow: 100 ms.
    pub disk_slow: Nanos,
    /// CPU pressure (PSI) or throttling above which busy processors are saturated: 0.10.
    pub cpu_pressed: f64,
}

impl Thresholds {
    /// Returns the first threshold that is not a share (of a time: not positive), with its value.
    pub(crate) fn invalid(&self) -> Option<(&'static str, f64)> {
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

/// Limits on the size and the rate of moves, and on trials.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct Limits {
    /// Largest raise of the concurrency limit in one step, as a share of it: 0.5. A slower start
    /// doubles the time in a queue.
    pub largest_raise: f64,
    /// Largest cut of the concurrency limit in one step, as a share of it: 0.2.
    pub largest_cut: f64,
    /// Share of the inter-token target that the concurrency limit aims at: 0.85.
    ///
    /// The target is a mean over all tokens, and single requests lie above and below it. On the
    /// simulated engine under overload, an aim of 0.95 misses the target for a quarter of the
    /// requests, and 0.85 for 6 %.
    pub aim: f64,
    /// Head-room below which the concurrency limit is not raised, as a share of the target: 0.04.
    pub dead_band: f64,
    /// Cool-down after a raise of the concurrency limit: 1 s.
    pub after_raise: Nanos,
    /// Cool-down after a cut of the concurrency limit: 2 s.
    pub after_cut: Nanos,
    /// Longest p99 of the inter-token latency, in targets: 1. Above it, threads beyond the number
    /// of cores are removed.
    pub stall: f64,
    /// Rest of a knob after a trial that was kept: 60 s.
    pub after_accept: Nanos,
    /// Rest of a knob after a rollback: 5 min. It doubles with each rollback in a row, up to 1 h.
    pub after_rollback: Nanos,
    /// Rest of a knob after a rollback of a step towards the size of the hardware: 30 s.
    pub after_correction_failed: Nanos,
    /// Rest of a knob after a step towards the size of the hardware was kept: 2 s.
    pub after_correction: Nanos,
    /// Largest number of experiments in ten minutes: 3.
    pub experiments: usize,
    /// Age above which a reading is unknown: 3 s.
    pub stale_after: Nanos,
}

impl Limits {
    /// Returns the first limit that is out of its range, with its value.
    pub(crate) fn invalid(&self) -> Option<(&'static str, f64)> {
        let is_share = |share: f64| share > 0.0 && share <= 1.0;
        let is_positive = |factor: f64| factor > 0.0 && factor.is_finite();
        [
            (
                "largest_raise",
                self.largest_raise,
                is_positive(self.largest_raise),
            ),
            ("largest_cut", self.largest_cut, is_share(self.largest_cut)),
            ("aim", self.aim, is_share(self.aim)),
            (
                "dead_band",
                self.dead_band,
                (0.0..1.0).contains(&self.dead_band),
            ),
            ("stall", self.stall, is_positive(self.stall)),
        ]
        .into_iter()
        .find_map(|(name, value, is_valid)| (!is_valid).then_some((name, value)))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            largest_raise: 0.5,
            largest_cut: 0.2,
            aim: 0.85,
            dead_band: 0.04,
            after_raise: Nanos::from_secs(1),
            after_cut: Nanos::from_secs(2),
            stall: 1.0,
            after_accept: Nanos::from_secs(60),
            after_rollback: Nanos::from_secs(300),
            after_correction_failed: Nanos::from_secs(30),
            after_correction: Nanos::from_secs(2),
            experiments: 3,
            stale_after: Nanos::from_secs(3),
        }
    }
}
