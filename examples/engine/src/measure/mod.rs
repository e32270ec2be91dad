//! Instruments of the engine: sensors, governor, exporter, and the metrics that the SDK recorded.
//!
//! Without the feature `enabled` the same names do nothing, and the engine runs unmeasured.

#[cfg(feature = "enabled")]
mod batch_size;
#[cfg(not(feature = "enabled"))]
mod disabled;
#[cfg(feature = "enabled")]
mod enabled;
#[cfg(feature = "enabled")]
mod knobs;
#[cfg(feature = "enabled")]
mod machine;
mod options;
#[cfg(feature = "enabled")]
mod sleep_state;
mod status;

#[cfg(not(feature = "enabled"))]
pub use self::disabled::{Instruments, StartError, profile};
#[cfg(feature = "enabled")]
pub use self::enabled::{Instruments, StartError, profile};
pub use self::options::Options;
pub use self::status::{GovernorStatus, KnobPosition, MeasuredTotals, Recent};
