//! Measure and govern AI inference from inside a Rust process.

#[cfg(feature = "admit")]
pub mod admit;
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub mod clock;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod counter;
#[cfg(not(feature = "enabled"))]
mod disabled;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod gauge;
#[cfg(feature = "govern")]
pub mod govern;
#[cfg(feature = "enabled")]
pub mod histogram;
#[cfg(feature = "govern")]
pub mod knob;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod labels;
#[cfg(all(test, wf_loom))]
mod models;
#[cfg(feature = "enabled")]
mod outcome;
#[cfg(all(feature = "enabled", not(wf_loom)))]
#[doc(hidden)]
pub mod private;
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub mod record;
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub mod registry;
#[cfg(all(feature = "sense", not(wf_loom)))]
pub mod sensor;
#[cfg(feature = "enabled")]
mod series;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod site;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod slo;
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub mod snapshot;
#[cfg(feature = "enabled")]
mod sync;
#[cfg(feature = "enabled")]
mod thread;
#[cfg(feature = "govern")]
pub mod tier;
#[cfg(feature = "enabled")]
mod units;

#[cfg(all(feature = "enabled", not(wf_loom)))]
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

pub use wf_instrument_macros::{wf_count, wf_gauge, wf_measure, wf_token};
