//! Arrival times of a Poisson process.

use std::time::Duration;

use fastrand::Rng;

/// Arrival times since the start, in order.
#[derive(Debug)]
pub(super) struct Arrivals {
    mean_interval: f64,
    last: Duration,
    rng: Rng,
}

impl Arrivals {
    pub(super) fn new(rate: f64, seed: u64) -> Self {
        Self {
            mean_interval: rate.recip(),
            last: Duration::ZERO,
            rng: Rng::with_seed(seed),
        }
    }

    /// Intervals are exponential: −ln(1 − u)/rate for uniform u in [0, 1).
    pub(super) fn next_arrival(&mut self) -> Duration {
        let interval = -(1.0 - self.rng.f64()).ln() * self.mean_interval;
        self.last += Duration::from_secs_f64(interval);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_have_the_requested_rate() {
        let mut arrivals = Arrivals::new(50.0, 7);
        let last = (0..10_000).map(|_| arrivals.next_arrival()).last();
        let rate = 10_000.0 / last.expect("there were arrivals").as_secs_f64();
        // The standard error of 10,000 exponential intervals is 1 %.
        assert!((rate - 50.0).abs() < 2.0, "{rate}");
    }

    #[test]
    fn intervals_have_the_variance_of_an_exponential() {
        let mut arrivals = Arrivals::new(1.0, 7);
        let mut last = 0.0;
        let mut intervals = Vec::new();
        for _ in 0..10_000 {
            let at = arrivals.next_arrival().as_secs_f64();
            intervals.push(at - last);
            last = at;
        }
        let squares: f64 = intervals
            .iter()
            .map(|interval| (interval - 1.0) * (interval - 1.0))
            .sum();
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
