//! The Prometheus endpoint of wf-instrument.
#![forbid(unsafe_code)]

mod bounds;
mod families;
mod names;
mod page;
mod text;

pub use self::bounds::Bounds;
pub use self::families::{Families, Family, FamilyError, Histogram, Kind, Value};
