//! The governor: keeps the service inside its targets by moving the application's knobs, and checks each move.
//!
//! Once a second it looks at what was measured ([`Evidence`]), names the bottleneck ([`Diagnosis`]), decides ([`step`]), moves the knobs
//! ([`Outcome`]), and watches what came of it ([`TrialStatus`]). All but the moving are pure functions over values; [`Governor`] has the
//! only thread and the only clock, and [`Control`] is the same without either. Each tick leaves a [`Record`] with its reason, in words.
//!
//! What it does not promise: that a target is kept which the machine cannot keep. It then holds at what it found best, and says what binds.

mod act;
mod builder;
mod config;
mod control;
mod decide;
mod diagnose;
mod driver;
mod evidence;
mod journal;
mod ledger;
mod limits;
mod verify;

pub use self::act::Outcome;
pub use self::builder::{Builder, StartError};
pub use self::config::{Config, Targets};
pub use self::control::Control;
pub use self::decide::{Bound, Cause, Decision, Inputs, Mode, Move, State, step};
pub use self::diagnose::{Class, Diagnosis, Scores, Signs, Thresholds, plain};
pub use self::driver::Governor;
pub use self::evidence::{Evidence, Host, MODEL_LOAD, Missing, ModelLoads, Quantiles};
pub use self::journal::{Actions, Record, Status};
pub use self::limits::Limits;
pub use self::verify::{Arm, Method, TrialStatus};
