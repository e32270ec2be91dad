//! A distribution in three numbers.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Quantiles in seconds; `None` where nothing was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many were recorded.
    pub count: u64,
    /// Half were no longer.
    pub p50: Option<f64>,
    /// 99 of 100 were no longer.
    pub p99: Option<f64>,
    /// The longest.
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
