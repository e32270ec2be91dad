//! Statistics of trials and comparisons: pure functions over samples.
//!
//! Rates are compared by the logarithm of their ratio, so that +10 % and −9 % are the same
//! distance from no effect.
//!
//! | function | question |
//! |---|---|
//! | [`compare`] | how large is the difference between two groups of samples? |
//! | [`sequential_test`] | is a gain proven? Tested after each pair of blocks of a switchback |
//! | [`non_inferiority_test`] | is the new setting at least not worse? |
//!
//! ```
//! use wf_govern::stats::{Effect, Verdict, compare, sequential_test};
//!
//! let effect = compare(&[100.0, 102.0], &[110.0, 112.2]);
//! assert!((effect.percent() - 10.0).abs() < 0.01);
//! assert_eq!(effect.percent_margin(), 0.0, "a comparison claims no significance");
//!
//! // ln(new / old) of three pairs of blocks, each about 50 % more.
//! let pairs = [0.41, 0.40, 0.41];
//! assert!(matches!(sequential_test(&pairs), Verdict::Accept(_)));
//! ```

mod effect;
mod non_inferiority;
mod sequential;
mod summary;

pub use self::effect::{Effect, Verdict, compare};
pub use self::non_inferiority::{Observation, non_inferiority_test};
pub use self::sequential::{FEWEST_PAIRS, MOST_PAIRS, sequential_test};
pub use self::summary::Summary;

#[cfg(test)]
mod tests;
