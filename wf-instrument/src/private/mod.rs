//! Items that macro expansions use. Not public API: nothing here is stable.

mod frame_rate;
#[cfg(feature = "enabled")]
mod measured;

pub use self::frame_rate::frame_rate;
#[cfg(feature = "enabled")]
pub use self::measured::*;
pub use crate::record::IntoTokens;
