//! Admission gate, knobs, and a governor that keeps a service within its latency targets.
//!
//! Once a second the [`Governor`] measures ([`Evidence`]), finds the bottleneck ([`Diagnosis`]),
//! decides ([`Decision`]), moves the knobs of the application ([`MoveResult`]), and verifies each
//! slow move by a trial ([`TrialStatus`]). All stages but the moves are pure functions over values.
//! [`Governor`] has the only thread and the only clock; [`Control`] is the same without either.
//! Each tick leaves a [`Record`] with its reason in the journal.
//!
//! It does not promise a target that the machine cannot meet. It then holds the best setting that
//! it found and reports the constraint that binds ([`Status`]).
//!
//! Without default features there are only the [admission gate](gate) and [knobs](knob).
//!
//! Terms of this documentation are defined in the [glossary](wf_instrument::glossary).
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "governor")]
mod act;
#[cfg(feature = "governor")]
mod arbiter;
#[cfg(feature = "governor")]
mod builder;
#[cfg(feature = "governor")]
mod config;
#[cfg(feature = "governor")]
mod control;
#[cfg(feature = "governor")]
mod controllers;
#[cfg(feature = "governor")]
mod decision;
#[cfg(feature = "governor")]
mod diagnose;
#[cfg(feature = "governor")]
mod driver;
#[cfg(feature = "governor")]
mod evidence;
pub mod gate;
#[cfg(feature = "governor")]
mod governor;
#[cfg(feature = "governor")]
mod inputs;
#[cfg(feature = "governor")]
mod journal;
pub mod knob;
#[cfg(feature = "governor")]
mod lease;
#[cfg(feature = "governor")]
mod number;
#[cfg(feature = "governor")]
mod resources;
#[cfg(feature = "governor")]
pub mod sizing;
#[cfg(feature = "governor")]
pub mod stats;
#[cfg(feature = "governor")]
mod trial;

#[cfg(feature = "governor")]
pub use self::act::MoveResult;
#[cfg(feature = "governor")]
pub use self::arbiter::{State, step};
#[cfg(feature = "governor")]
pub use self::builder::Builder;
#[cfg(feature = "governor")]
pub use self::config::{Config, Limits, StartError, Targets, Thresholds};
#[cfg(feature = "governor")]
pub use self::control::Control;
#[cfg(feature = "governor")]
pub use self::decision::{Cause, Constraint, Decision, Move};
#[cfg(feature = "governor")]
pub use self::diagnose::{Bottleneck, Diagnosis, Indicators, Scores};
#[cfg(feature = "governor")]
pub use self::evidence::{
    Evidence, FastEvidence, Host, MODEL_LOAD, Missing, ModelLoads, Quantiles, RequestEvidence,
};
#[cfg(feature = "governor")]
pub use self::governor::Governor;
#[cfg(feature = "governor")]
pub use self::inputs::{Inputs, Mode};
#[cfg(feature = "governor")]
pub use self::journal::{Actions, Record, Status};
#[cfg(feature = "governor")]
pub use self::trial::{Arm, Method, TrialStatus};
#[cfg(feature = "governor")]
pub use wf_sense as sense;
