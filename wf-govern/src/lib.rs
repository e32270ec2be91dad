//! The governor: keeps the service inside its targets by moving the application's knobs, and checks each move.
//!
//! Once a second it looks at what was measured ([`Evidence`]), names the bottleneck ([`Diagnosis`]), decides ([`step`]), moves the knobs
//! ([`Outcome`]), and watches what came of it ([`TrialStatus`]). All but the moving are pure functions over values; [`Governor`] has the
//! only thread and the only clock, and [`Control`] is the same without either. Each tick leaves a [`Record`] with its reason, in words.
//!
//! What it does not promise: that a target is kept which the machine cannot keep. It then holds at what it found best, and says what binds.
//!
//! Each word of this documentation is defined in the [glossary](wf_instrument::glossary).
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "governor")]
mod act;
#[cfg(feature = "governor")]
mod builder;
#[cfg(feature = "governor")]
mod config;
#[cfg(feature = "governor")]
mod control;
#[cfg(feature = "governor")]
mod decide;
#[cfg(feature = "governor")]
mod diagnose;
#[cfg(feature = "governor")]
mod driver;
#[cfg(feature = "governor")]
mod evidence;
pub mod gate;
#[cfg(feature = "governor")]
mod journal;
pub mod knob;
#[cfg(feature = "governor")]
mod ledger;
#[cfg(feature = "governor")]
mod limits;
#[cfg(feature = "governor")]
mod number;
#[cfg(feature = "governor")]
pub mod sizing;
#[cfg(feature = "governor")]
mod verify;

#[cfg(feature = "governor")]
pub use self::act::Outcome;
#[cfg(feature = "governor")]
pub use self::builder::{Builder, StartError};
#[cfg(feature = "governor")]
pub use self::config::{Config, Targets};
#[cfg(feature = "governor")]
pub use self::control::Control;
#[cfg(feature = "governor")]
pub use self::decide::{Bound, Cause, Decision, Inputs, Mode, Move, State, step};
#[cfg(feature = "governor")]
pub use self::diagnose::{Class, Diagnosis, Scores, Signs, Thresholds, plain};
#[cfg(feature = "governor")]
pub use self::driver::Governor;
#[cfg(feature = "governor")]
pub use self::evidence::{Evidence, Host, MODEL_LOAD, Missing, ModelLoads, Quantiles};
#[cfg(feature = "governor")]
pub use self::journal::{Actions, Record, Status};
#[cfg(feature = "governor")]
pub use self::limits::Limits;
#[cfg(feature = "governor")]
pub use self::verify::{Arm, Method, TrialStatus};
#[cfg(feature = "governor")]
pub use wf_sense as sense;
