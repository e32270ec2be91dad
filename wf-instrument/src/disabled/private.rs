//! What macro expansions name where nothing is measured. Not for people: no part of it is stable.

#[path = "../private/frame_rate.rs"]
mod frame_rate;

pub use self::frame_rate::frame_rate;
pub use crate::record::IntoTokens;
