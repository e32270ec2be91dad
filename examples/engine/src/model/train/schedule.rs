//! How fast to learn at each step.

use std::f64::consts::PI;

use super::Plan;

/// Linear warm-up, then half a cosine down to nothing.
///
/// Source: Loshchilov and Hutter, "SGDR", 2017.
pub(super) fn rate(plan: &Plan, step: u32) -> f64 {
    if step < plan.warm_up {
        return plan.rate * f64::from(step + 1) / f64::from(plan.warm_up);
    }
    let falling = plan.steps.saturating_sub(plan.warm_up).max(1);
    let done = f64::from(step - plan.warm_up) / f64::from(falling);
    plan.rate * 0.5 * (1.0 + (PI * done.min(1.0)).cos())
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
        assert!((rate(&plan, 0) - 1.0 / 40.0).abs() < 1e-12);
        assert!((rate(&plan, 39) - 1.0).abs() < 1e-12);
        assert!((rate(&plan, 90) - 0.5).abs() < 1e-12);
        assert!(rate(&plan, 140) < 1e-12);
    }
}
