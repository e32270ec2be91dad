//! Configuration and start of a governor.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::config::{Config, Limits, StartError, Thresholds};
use super::control::Control;
use super::driver::{SharedWatch, Source};
use super::governor::Governor;
use super::inputs::Mode;
use crate::knob::Knob;
use wf_instrument::Nanos;
use wf_instrument::snapshot::Snapshot;
use wf_sense::{Readings, Watch};

impl Governor {
    /// Returns a builder without targets and knobs.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

/// Builder of a [`Governor`].
#[must_use = "nothing is governed before start"]
pub struct Builder {
    config: Config,
    knobs: Vec<Knob>,
    source: Source,
    period: Nanos,
    mode: Mode,
}

impl Builder {
    /// Sets the target of the 90th percentile of TTFT.
    ///
    /// Without it, the shortest `slo` (or target of a [`registry::generation`]) that is known at
    /// the start is used. The percentile of an `slo` is for dashboards and alerts: a few seconds
    /// have too few requests for a p99. A target of an hour is as good as none.
    ///
    /// It decides whether workers are added; without any target, or with too few requests for the
    /// percentile, they are added wherever requests wait. The concurrency limit follows the
    /// inter-token target alone; without that one it stays at its value.
    ///
    /// [`registry::generation`]: wf_instrument::registry::generation
    pub fn target_ttft(mut self, target: Duration) -> Self {
        self.config.targets.time_to_first_token = Some(target.into());
        self
    }

    /// Sets the target of the mean inter-token latency.
    pub fn target_inter_token_latency(mut self, target: Duration) -> Self {
        self.config.targets.inter_token_latency = Some(target.into());
        self
    }

    /// Adds a knob. The governor moves the first [`concurrency`](Knob::concurrency) and the first
    /// [`workers`](Knob::workers) knob, or one of each for a model ([`Knob::for_model`]). Other
    /// knobs are shown and can be set by hand.
    pub fn knob(mut self, knob: Knob) -> Self {
        self.knobs.push(knob);
        self
    }

    /// Sets the source of readings of the machine.
    ///
    /// Without it every reading is unknown: the concurrency limit is still governed, the workers
    /// are not.
    pub fn sensors(mut self, watch: Watch) -> Self {
        self.source = Source::Process(Arc::new(Mutex::new(Some(watch))));
        self
    }

    /// Sets a function as the source of both snapshots and readings, in place of this process: for
    /// tests and simulations.
    pub fn source(mut self, read: impl FnMut() -> (Snapshot, Readings) + Send + 'static) -> Self {
        self.source = Source::Function(Box::new(read));
        self
    }

    /// Sets the thresholds above which a resource is saturated.
    pub const fn thresholds(mut self, thresholds: Thresholds) -> Self {
        self.config.thresholds = thresholds;
        self
    }

    /// Sets the limits on the size and the rate of moves.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Sets the time from tick to tick, at least 10 ms. The default is 1 s.
    ///
    /// Cool-downs and rests do not shrink with it. Windows do: below 1 s, a slow model may have too
    /// few tokens in a window.
    pub fn period(mut self, period: Duration) -> Self {
        self.period = Nanos::from(period).max(Nanos::from_millis(10));
        self
    }

    /// Starts in the mode advisory, a dry run: decides and journals, but moves no knob.
    pub const fn advisory(mut self) -> Self {
        self.mode = Mode::Advisory;
        self
    }

    /// Starts the governor's thread.
    ///
    /// # Errors
    /// [`StartError`]: two knobs of one name, a target of 0 s, a threshold that is not a share, a
    /// limit out of its range, or no thread.
    pub fn start(mut self) -> Result<Governor, StartError> {
        if matches!(self.source, Source::Process(_)) {
            let first = &mut self.config.targets.time_to_first_token;
            *first = first.or_else(declared);
        }
        let mut control = Control::new(self.config, self.knobs)?;
        control.set_mode(self.mode);
        Governor::start(control, self.source, self.period).map_err(StartError::Thread)
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            config: Config::default(),
            knobs: Vec::new(),
            source: Source::Process(SharedWatch::default()),
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

/// Returns the shortest TTFT target that is declared beside the measured code.
fn declared() -> Option<Nanos> {
    let models = Snapshot::take().metrics.generations;
    let limits = models.iter().filter_map(|row| Some(row.target?.limit));
    limits.filter(|limit| *limit > Nanos::ZERO).min()
}

#[cfg(test)]
mod tests {
    use wf_instrument::registry;

    use super::*;
    use wf_instrument::Target;

    #[test]
    fn a_threshold_that_is_not_a_share_is_refused_by_its_name() {
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
    fn the_shortest_target_declared_in_the_code_is_found() {
        for (name, nanos) in [("promised late", 50), ("promised soon", 5), ("nothing", 0)] {
            let target = Some(Target::new(0.99, nanos));
            registry::generation(name, "", target).expect("there is room");
        }
        assert_eq!(declared(), Some(Nanos::new(5)));
    }
}
