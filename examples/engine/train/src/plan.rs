//! The settings of a training run, and the learning rate that follows from them.

use std::f64::consts::PI;

/// The settings that decide the outcome of a training run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Seed of initial weights and text.
    pub seed: u64,
    /// Number of optimiser steps.
    pub steps: u32,
    /// Highest learning rate.
    pub rate: f64,
    /// Steps over which the learning rate rises to `rate`, before it falls along a cosine.
    pub warm_up: u32,
    /// Maximum norm of the gradient.
    pub clip: f64,
    /// Sequences per thread and step.
    pub sequences: usize,
    /// Threads, each with its own sequences; part of the plan because sums depend on the grouping.
    pub threads: usize,
}

impl Plan {
    /// The plan of the shipped model.
    #[must_use]
    pub const fn shipped() -> Self {
        Self {
            seed: 1,
            steps: 1_700,
            rate: 3e-3,
            warm_up: 40,
            clip: 1.0,
            sequences: 4,
            threads: 2,
        }
    }

    /// Linear warm-up, then half a cosine down to nothing.
    ///
    /// Source: Loshchilov and Hutter, "SGDR", 2017.
    pub(crate) fn rate_at(&self, step: u32) -> f64 {
        if step < self.warm_up {
            return self.rate * f64::from(step + 1) / f64::from(self.warm_up);
        }
        let falling = self.steps.saturating_sub(self.warm_up).max(1);
        let done = f64::from(step - self.warm_up) / f64::from(falling);
        self.rate * 0.5 * (1.0 + (PI * done.min(1.0)).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_to_its_peak_and_falls_to_nothing() {
        let plan = Plan {
            steps: 140,
            warm_up: 40,
            rate: 1.0,
            ..Plan::shipped()
        };
        assert!((plan.rate_at(0) - 1.0 / 40.0).abs() < 1e-12);
        assert!((plan.rate_at(39) - 1.0).abs() < 1e-12);
        assert!((plan.rate_at(90) - 0.5).abs() < 1e-12);
        assert!(plan.rate_at(140) < 1e-12);
    }
}
