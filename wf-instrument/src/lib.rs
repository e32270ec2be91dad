//! Measure and govern AI inference from inside a Rust process.

#[cfg(feature = "enabled")]
pub mod clock;
#[cfg(feature = "enabled")]
mod counter;
#[cfg(not(feature = "enabled"))]
mod disabled;
#[cfg(feature = "enabled")]
mod gauge;
#[cfg(feature = "enabled")]
pub mod histogram;
#[cfg(feature = "enabled")]
mod labels;
#[cfg(feature = "enabled")]
mod outcome;
#[cfg(feature = "enabled")]
#[doc(hidden)]
pub mod private;
#[cfg(feature = "enabled")]
pub mod record;
#[cfg(feature = "enabled")]
pub mod registry;
#[cfg(feature = "sense")]
pub mod sensor;
#[cfg(feature = "enabled")]
mod series;
#[cfg(feature = "enabled")]
mod site;
#[cfg(feature = "enabled")]
mod slo;
#[cfg(feature = "enabled")]
pub mod snapshot;
#[cfg(feature = "enabled")]
mod sync;
#[cfg(feature = "enabled")]
mod thread;
#[cfg(feature = "enabled")]
mod units;

#[cfg(feature = "enabled")]
pub use self::{
    counter::Counter,
    gauge::Gauge,
    outcome::Outcome,
    record::{Generation, admitted},
    slo::Target,
    units::{Bytes, Nanos, PerSecond, Ratio, Unit},
};

#[cfg(not(feature = "enabled"))]
pub use self::disabled::{Counter, Gauge, admitted};
