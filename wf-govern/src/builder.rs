//! What a governor is to keep, and with which knobs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::config::{Config, Targets};
use super::control::Control;
use super::decide::Mode;
use super::diagnose::Thresholds;
use super::driver::{Governor, Source};
use super::limits::Limits;
use crate::knob::Knob;
use wf_instrument::Nanos;
use wf_instrument::snapshot::Snapshot;
use wf_sense::Readings;

/// Builds a [`Governor`].
#[must_use = "nothing is governed before start"]
pub struct Builder {
    config: Config,
    knobs: Vec<Knob>,
    source: Source,
    /// The source is not this process, whose declarations then say nothing of it.
    elsewhere: bool,
    period: Nanos,
    mode: Mode,
}

impl Builder {
    /// Nine of ten requests are to get their first token within `target`. Without it, within the shortest `slo` (or
    /// target of a [`registry::generation`]) that is known when it starts; its percentile is for dashboards and alerts, since a p99 of a few
    /// seconds' requests says little. A target of an hour is as good as none.
    ///
    /// It decides whether workers are added. The concurrency limit follows the inter-token target alone, so without one it stays as it is.
    pub fn target_ttft(mut self, target: Duration) -> Self {
        self.config.targets.time_to_first_token = Some(target.into());
        self
    }

    /// The mean time between two tokens is to stay within `target`.
    pub fn target_inter_token(mut self, target: Duration) -> Self {
        self.config.targets.inter_token = Some(target.into());
        self
    }

    /// One more knob. The governor moves the first [`concurrency`](Knob::concurrency) and the first [`workers`](Knob::workers)
    /// knob; others are shown and can be set by hand.
    pub fn knob(mut self, knob: Knob) -> Self {
        self.knobs.push(knob);
        self
    }

    /// Where the machine's state comes from. Without it everything about the machine is unknown: the concurrency limit is still
    /// governed, the workers are not.
    pub fn sensors(mut self, mut read: impl FnMut() -> Readings + Send + 'static) -> Self {
        self.source = Box::new(move || (Snapshot::take(), read()));
        self.elsewhere = false;
        self
    }

    /// Where both the measurements and the machine's state come from, in place of this process.
    pub fn source(mut self, read: impl FnMut() -> (Snapshot, Readings) + Send + 'static) -> Self {
        self.source = Box::new(read);
        self.elsewhere = true;
        self
    }

    /// When a resource counts as the bottleneck.
    pub const fn thresholds(mut self, thresholds: Thresholds) -> Self {
        self.config.thresholds = thresholds;
        self
    }

    /// How far and how often a knob may move.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// The time from tick to tick, at least 10 ms: 1 s. Waiting times are stated in seconds and do not shrink with it;
    /// what is measured from tick to tick does, so below 1 s a slow model may show too few tokens to judge.
    pub fn period(mut self, period: Duration) -> Self {
        self.period = Nanos::from(period).max(Nanos::from_millis(10));
        self
    }

    /// Starts as a dry run: decides and journals, and moves nothing.
    pub const fn advisory(mut self) -> Self {
        self.mode = Mode::Advisory;
        self
    }

    /// Starts the governor's thread.
    ///
    /// # Errors
    /// [`StartError`]: two knobs of one name, a target of nothing, a threshold that is no share, or no thread to be had.
    pub fn start(mut self) -> Result<Governor, StartError> {
        distinct(&self.knobs)?;
        if !self.elsewhere {
            let first = &mut self.config.targets.time_to_first_token;
            *first = first.or_else(declared);
        }
        positive(&self.config.targets)?;
        if let Some((name, value)) = self.config.thresholds.senseless() {
            return Err(StartError::Threshold { name, value });
        }
        let mut control = Control::new(self.config, self.knobs);
        control.set_mode(self.mode);
        Governor::start(control, self.source, self.period)
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            config: Config::default(),
            knobs: Vec::new(),
            source: Box::new(|| (Snapshot::take(), Readings::default())),
            elsewhere: false,
            period: Nanos::from_secs(1),
            mode: Mode::Active,
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("knobs", &self.knobs)
            .field("period", &self.period)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// Why a governor did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Two knobs have one name.
    #[error("two knobs are named {name}; give one of them another name with `Knob::named`")]
    SameName {
        /// The name.
        name: Arc<str>,
    },
    /// A target of no time at all cannot be kept.
    #[error("a target of 0 s cannot be kept; leave it out to have none")]
    ZeroTarget,
    /// A threshold that nothing can be measured by.
    #[error(
        "the threshold {name} is {value}, and must be above 0 (and at most 1 where it is a share)"
    )]
    Threshold {
        /// Which field of [`Thresholds`].
        name: &'static str,
        /// Its value; of a time, in seconds.
        value: f64,
    },
    /// The system gave no thread.
    #[error("no thread for the governor")]
    Thread(#[source] std::io::Error),
}

fn distinct(knobs: &[Knob]) -> Result<(), StartError> {
    let mut names: Vec<&Arc<str>> = knobs.iter().map(Knob::name).collect();
    names.sort_unstable();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => Err(StartError::SameName {
            name: two[0].clone(),
        }),
        None => Ok(()),
    }
}

/// The shortest time to first token that is promised where requests are measured.
fn declared() -> Option<Nanos> {
    let models = Snapshot::take().metrics.generations;
    let limits = models.iter().filter_map(|row| Some(row.target?.limit));
    limits.filter(|limit| *limit > Nanos::ZERO).min()
}

fn positive(targets: &Targets) -> Result<(), StartError> {
    let zero = Some(Nanos::ZERO);
    if targets.time_to_first_token == zero || targets.inter_token == zero {
        return Err(StartError::ZeroTarget);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wf_instrument::registry;

    use super::*;
    use wf_instrument::Target;

    #[test]
    fn a_threshold_that_is_no_share_is_refused_by_its_name() {
        for (name, thresholds) in [
            (
                "memory_full",
                Thresholds {
                    memory_full: 0.0,
                    ..Thresholds::default()
                },
            ),
            (
                "cpu_busy",
                Thresholds {
                    cpu_busy: f64::NAN,
                    ..Thresholds::default()
                },
            ),
            (
                "frames_short",
                Thresholds {
                    frames_short: 1.1,
                    ..Thresholds::default()
                },
            ),
            (
                "disk_slow",
                Thresholds {
                    disk_slow: Nanos::ZERO,
                    ..Thresholds::default()
                },
            ),
        ] {
            let refused = Builder::default()
                .thresholds(thresholds)
                .start()
                .unwrap_err();
            assert!(refused.to_string().contains(name), "{refused}");
        }
    }

    #[test]
    fn the_shortest_promise_in_the_code_is_found() {
        for (name, nanos) in [("promised late", 50), ("promised soon", 5), ("nothing", 0)] {
            let target = Some(Target::new(0.99, nanos));
            registry::generation(name, "", target).expect("there is room");
        }
        assert_eq!(declared(), Some(Nanos::new(5)));
    }
}
