//! Initial settings for the hardware: its tier, its threads, its memory budget, its batch size.
//!
//! They follow from the hardware before anything has been measured; the governor moves on from them.

pub mod batch;
pub mod budget;
pub mod profile;
pub mod tier;
