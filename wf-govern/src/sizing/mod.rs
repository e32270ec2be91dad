//! Initial settings for this hardware: tier, pools, memory budget, batch size.
//!
//! They follow from the hardware before anything has been measured, and the governor moves on from
//! them. All of it is plain arithmetic on values: nothing is allocated, started or reserved.
//!
//! ```no_run
//! use std::time::Duration;
//! use wf_govern::sense::Sensors;
//! use wf_govern::sizing::{Hardware, Profile};
//!
//! let readings = Sensors::new().settle(Duration::from_secs(10)).read();
//! let profile = Profile::of(Hardware::from_readings(&readings));
//! println!("{profile}");
//! ```

pub mod batch;
mod budget;
mod hardware;
mod profile;
mod tier;

pub use self::budget::{Budget, Part, Parts, Shares};
pub use self::hardware::Hardware;
pub use self::profile::Profile;
pub use self::tier::{Balancing, Pools, Tier};
