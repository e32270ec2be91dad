//! What the process, the host and its devices are doing.

mod reading;

pub use self::reading::{Reading, Readings};
