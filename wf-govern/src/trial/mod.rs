//! Trials: verification of a move against a baseline.
//!
//! Everything is fixed before the first sample: the knob, the two settings, the stop rules and the
//! test. A stop rule that is met in any tick ends the trial at once. A trial that ends undecided is
//! rolled back.
//!
//! | method | used for | procedure |
//! |---|---|---|
//! | [`Method::BeforeAfter`] | steps to the hardware size | once over, [`non_inferiority_test`] |
//! | [`Method::Switchback`] | other steps | A B B A A B B A …, 3 to 8 pairs, [`sequential_test`] |
//!
//! Once over is at least 4 ticks before, 4 after; those before may precede the trial.
//!
//! [`non_inferiority_test`]: crate::stats::non_inferiority_test
//! [`sequential_test`]: crate::stats::sequential_test

mod run;
mod sample;
mod status;
mod stop_rules;

pub(crate) use self::run::{Step, Trial};
pub use self::status::{Arm, Method, TrialStatus};
