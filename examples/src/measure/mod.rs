//! The SDK in this engine: what it measured, what it governs, where it can be scraped.
//!
//! Without the feature `enabled` the same names stand for nothing, and the engine runs bare.

#[cfg(feature = "enabled")]
mod families;
#[cfg(not(feature = "enabled"))]
#[path = "off.rs"]
mod instruments;
#[cfg(feature = "enabled")]
#[path = "on.rs"]
mod instruments;
#[cfg(feature = "enabled")]
mod knobs;
mod look;

pub use self::instruments::{Instruments, StartError};
pub use self::look::{Governed, Knob, Look, Machine, Measured};
