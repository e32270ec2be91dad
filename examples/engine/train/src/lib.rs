//! Training of the model that ships with the reference engine.
//!
//! [`corpus`] generates the text, [`Trainer`] fits fresh weights to it, and [`exam`] scores the
//! result on questions that training left out. Small enough to repeat on two cores in minutes.

mod batch;
pub mod corpus;
pub mod exam;
mod plan;
mod trainer;
mod weights;

pub use self::plan::Plan;
pub use self::trainer::Trainer;
