//! Number, mean and spread of a sample.

use crate::number::to_f64;

/// Number, mean and standard deviation of a sample.
///
/// ```
/// use wf_govern::stats::Summary;
///
/// let summary = Summary::of([2.0, 4.0]).unwrap();
/// assert_eq!((summary.count, summary.mean), (2, 3.0));
/// assert!((summary.deviation - 2.0_f64.sqrt()).abs() < 1e-12);
/// assert!((summary.standard_error() - 1.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Number of values.
    pub count: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the sample (n − 1); infinite for a single value.
    pub deviation: f64,
}

impl Summary {
    /// Summarises `values` in their order; `None` if there are none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64, IntoIter: Clone>) -> Option<Self> {
        let values = values.into_iter();
        let (mut count, mut sum) = (0_u64, 0.0);
        for value in values.clone() {
            count += 1;
            sum += value;
        }
        if count == 0 {
            return None;
        }
        let mean = sum / to_f64(count);
        let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
        let deviation = match count {
            1 => f64::INFINITY,
            _ => (squares / to_f64(count - 1)).sqrt(),
        };
        Some(Self {
            count,
            mean,
            deviation,
        })
    }

    /// Returns the mean of `values`; `None` if there are none.
    pub(crate) fn mean_of(values: impl IntoIterator<Item = f64, IntoIter: Clone>) -> Option<f64> {
        Self::of(values).map(|summary| summary.mean)
    }

    /// Returns the standard error of the mean.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.deviation / to_f64(self.count).sqrt()
    }
}
