//! When requests arrive: a Poisson process.

use std::time::Duration;

use fastrand::Rng;

/// Arrival times from the beginning, in order.
#[derive(Debug)]
pub(super) struct Arrivals {
    mean_gap: f64,
    last: Duration,
    rng: Rng,
}

impl Arrivals {
    pub(super) fn new(rate: f64, seed: u64) -> Self {
        Self {
            mean_gap: rate.recip(),
            last: Duration::ZERO,
            rng: Rng::with_seed(seed),
        }
    }

    /// Gaps of a Poisson process are exponential: −ln(1 − u)/rate for uniform u in [0, 1).
    pub(super) fn next_arrival(&mut self) -> Duration {
        let gap = -(1.0 - self.rng.f64()).ln() * self.mean_gap;
        self.last += Duration::from_secs_f64(gap);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_have_the_rate_that_was_asked() {
        let mut arrivals = Arrivals::new(50.0, 7);
        let last = (0..10_000).map(|_| arrivals.next_arrival()).last();
        let rate = 10_000.0 / last.expect("there were arrivals").as_secs_f64();
        // The standard error of 10,000 exponential gaps is 1 %.
        assert!((rate - 50.0).abs() < 2.0, "{rate}");
    }

    #[test]
    fn gaps_vary_as_much_as_they_last() {
        let mut arrivals = Arrivals::new(1.0, 7);
        let mut last = 0.0;
        let mut gaps = Vec::new();
        for _ in 0..10_000 {
            let at = arrivals.next_arrival().as_secs_f64();
            gaps.push(at - last);
            last = at;
        }
        let squares: f64 = gaps.iter().map(|gap| (gap - 1.0) * (gap - 1.0)).sum();
        let deviation = (squares / 10_000.0).sqrt();
        assert!((deviation - 1.0).abs() < 0.05, "{deviation}");
    }

    #[test]
    fn the_same_seed_gives_the_same_arrivals() {
        let times = |seed| {
            let mut arrivals = Arrivals::new(3.0, seed);
            [(); 5].map(|()| arrivals.next_arrival())
        };
        assert_eq!(times(1), times(1));
        assert_ne!(times(1), times(2));
    }
}
