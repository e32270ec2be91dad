//! Measure and govern AI inference from inside a Rust process.

#[cfg(feature = "enabled")]
pub mod clock;
#[cfg(feature = "enabled")]
pub mod histogram;
#[cfg(feature = "sense")]
pub mod sensor;
#[cfg(feature = "enabled")]
pub mod snapshot;
#[cfg(feature = "enabled")]
mod sync;
#[cfg(feature = "enabled")]
mod thread;
#[cfg(feature = "enabled")]
mod units;

#[cfg(feature = "enabled")]
pub use self::units::{Bytes, Nanos, PerSecond, Ratio};
