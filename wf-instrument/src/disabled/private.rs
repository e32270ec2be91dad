//! What macro expansions name where nothing is measured. Not for people: no part of it is stable.

pub use crate::record::IntoTokens;
