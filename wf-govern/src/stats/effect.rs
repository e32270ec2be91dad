//! Size of an effect, and what a test concludes from it.

use std::fmt;

use super::summary::Summary;

/// Estimated ratio of two rates, with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// ln(new / old).
    pub log_ratio: f64,
    /// Half-width of the confidence interval of `log_ratio`; 0 where none was computed, infinite
    /// with too few samples.
    pub margin: f64,
}

impl Effect {
    /// An effect that nothing is known of.
    pub const UNKNOWN: Self = Self {
        log_ratio: 0.0,
        margin: f64::INFINITY,
    };

    /// Returns whether both numbers are finite.
    pub(super) const fn is_known(self) -> bool {
        self.log_ratio.is_finite() && self.margin.is_finite()
    }

    /// Returns the change in percent.
    #[must_use]
    pub fn percent(self) -> f64 {
        (self.log_ratio.exp() - 1.0) * 100.0
    }

    /// Returns the uncertainty in percentage points.
    #[must_use]
    pub fn percent_margin(self) -> f64 {
        (self.margin.exp() - 1.0) * 100.0
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_known() {
            return f.write_str("unknown");
        }
        write!(f, "{:+.1} %", self.percent())?;
        if self.margin > 0.0 {
            write!(f, " ± {:.1}", self.percent_margin())?;
        }
        Ok(())
    }
}

/// Conclusion of a test, with the effect that it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The new setting is to be kept.
    Accept(Effect),
    /// The old setting is to be restored.
    Reject(Effect),
    /// More samples are needed.
    Undecided(Effect),
}

/// Compares the geometric means of two groups of positive rates. With an empty group the effect is
/// [`Effect::UNKNOWN`].
///
/// The margin is 0: the comparison claims no significance.
#[must_use]
pub fn compare(old: &[f64], new: &[f64]) -> Effect {
    let mean_log = |rates: &[f64]| Summary::mean_of(rates.iter().map(|rate| rate.ln()));
    mean_log(new)
        .zip(mean_log(old))
        .map_or(Effect::UNKNOWN, |(new, old)| Effect {
            log_ratio: new - old,
            margin: 0.0,
        })
}
