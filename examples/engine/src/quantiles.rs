//! A latency distribution in three numbers.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Quantiles in seconds; `None` without samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// Number of samples.
    pub count: u64,
    /// Median.
    pub p50: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Longest.
    pub max: Option<f64>,
}

impl Quantiles {
    pub(crate) fn of_micros(histogram: &Histogram<u64>) -> Self {
        let some = |micros: u64| {
            let known = !histogram.is_empty();
            known.then(|| Duration::from_micros(micros).as_secs_f64())
        };
        Self {
            count: histogram.len(),
            p50: some(histogram.value_at_quantile(0.5)),
            p99: some(histogram.value_at_quantile(0.99)),
            max: some(histogram.max()),
        }
    }
}
