//! The Prometheus endpoint of wf-instrument.
#![forbid(unsafe_code)]

mod bounds;
mod error;
mod exporter;
mod families;
mod names;
mod page;
#[cfg(feature = "sense")]
mod sensors;
mod server;
mod text;

pub use self::bounds::Bounds;
pub use self::error::StartError;
pub use self::exporter::{Builder, Exporter};
pub use self::families::{Families, Family, FamilyError, Histogram, Kind, Value};
#[cfg(feature = "sense")]
pub use self::sensors::sensors;
