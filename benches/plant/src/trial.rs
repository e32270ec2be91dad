//! Runs of the engine: governed, and with fixed settings.

use wf_govern::{Config, Control, Decision};
use wf_instrument::Nanos;

use crate::engine::{Plant, float};
use crate::model::Slo;

/// A plant and its governor, one virtual second a tick.
#[derive(Debug)]
pub struct Governed {
    /// The engine.
    pub plant: Plant,
    /// The governor.
    pub control: Control,
    /// Requests that met the SLO, by tick.
    pub good: Vec<u64>,
}

impl Governed {
    /// Creates a governor of both knobs, with the SLO as its targets.
    ///
    /// # Panics
    /// If a target of the SLO is 0 s.
    #[must_use]
    pub fn new(plant: Plant, slo: &Slo) -> Self {
        let knobs = vec![plant.concurrency(), plant.workers()];
        let control = Control::new(config(slo), knobs).expect("the targets are above 0 s");
        Self {
            plant,
            control,
            good: Vec::new(),
        }
    }

    /// Runs so many ticks.
    pub fn run(&mut self, ticks: usize) {
        (0..ticks).for_each(|_| drop(self.tick()));
    }

    /// Runs one tick and returns the governor's decision.
    pub fn tick(&mut self) -> Decision {
        let before = self.plant.good();
        self.plant
            .run_until(self.plant.now().plus(Nanos::from_secs(1)));
        self.good.push(self.plant.good() - before);
        let (snapshot, readings) = (self.plant.snapshot(), self.plant.readings());
        self.control.tick(self.plant.now(), snapshot, readings)
    }

    /// Returns the good requests from tick `from` on as a share of those of `fixed` in the same
    /// ticks.
    #[must_use]
    pub fn share_of(&self, fixed: &[u64], from: usize) -> f64 {
        rate(&self.good[from..]) / rate(&fixed[from..self.good.len()])
    }

    /// Returns the first tick from which 30 ticks have at least `share` of the good requests of
    /// `fixed`.
    #[must_use]
    pub fn arrived(&self, fixed: &[u64], share: f64) -> Option<usize> {
        let stretches = self.good.windows(STRETCH).zip(fixed.windows(STRETCH));
        stretches
            .map(|(g, f)| rate(g) >= share * rate(f))
            .position(|enough| enough)
    }
}

/// Returns the configuration of a governor with the SLO as its targets.
#[must_use]
pub fn config(slo: &Slo) -> Config {
    let mut config = Config::default();
    config.targets.time_to_first_token = Some(slo.time_to_first_token);
    config.targets.inter_token_latency = Some(slo.inter_token_latency);
    config
}

/// Returns the fixed setting with the most good requests from tick `warm_up` to `ticks`, and its
/// good requests by tick.
#[must_use]
pub fn best_static(
    start: impl Fn((u64, u64)) -> Plant,
    warm_up: usize,
    ticks: usize,
) -> ((u64, u64), Vec<u64>) {
    let mut best = ((0, 0), Vec::new());
    let mut most = 0;
    for workers in [1, 2, 3, 4, 8, 16] {
        for sequences in [1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32, 48, 64] {
            let good = ungoverned(start((sequences, workers)), ticks);
            let sum = good[warm_up..].iter().sum();
            if sum > most {
                (most, best) = (sum, ((sequences, workers), good));
            }
        }
    }
    best
}

/// Returns the good requests by tick of an engine without a governor.
#[must_use]
pub fn ungoverned(mut plant: Plant, ticks: usize) -> Vec<u64> {
    let mut tick = || {
        let before = plant.good();
        plant.run_until(plant.now().plus(Nanos::from_secs(1)));
        plant.good() - before
    };
    (0..ticks).map(|_| tick()).collect()
}

fn rate(good: &[u64]) -> f64 {
    count(good.iter().sum()) / float(good.len())
}

fn count(n: u64) -> f64 {
    float(usize::try_from(n).unwrap_or(usize::MAX))
}

/// Long enough for some 300 requests.
const STRETCH: usize = 30;
