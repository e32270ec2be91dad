//! The SDK in this engine: what it measured, what it governs, where it can be scraped.
//!
//! Without the feature `enabled` the same names stand for nothing, and the engine runs bare.

#[cfg(feature = "enabled")]
mod knobs;
mod look;
#[cfg(feature = "enabled")]
mod machine;
#[cfg(not(feature = "enabled"))]
mod off;
#[cfg(feature = "enabled")]
mod on;
#[cfg(feature = "enabled")]
mod sizes;
#[cfg(feature = "enabled")]
mod sleep;

pub use self::look::{Governed, Knob, Look, Machine, Measured};
#[cfg(not(feature = "enabled"))]
pub use self::off::{Instruments, StartError, profile};
#[cfg(feature = "enabled")]
pub use self::on::{Instruments, StartError, profile};
