//! NVIDIA GPUs, as their driver's library (NVML) tells of them.
//!
//! A call of the driver may take milliseconds, and hangs where the hardware does. So `Gpus`, which comes with the feature `gpu`, has a
//! thread that asks, and whoever reads gets its last pass. What a [`Gpu`] is told to be is plain data that is there without the feature
//! too.
//!
//! The library is looked for at run time; nothing of it is needed to build. AMD's and Intel's GPUs are not read.

#[cfg(feature = "gpu")]
mod backoff;
mod device;
#[cfg(feature = "gpu")]
mod driver;
#[cfg(feature = "gpu")]
mod fault;
#[cfg(feature = "gpu")]
mod fields;
#[cfg(feature = "gpu")]
mod gpm;
#[cfg(feature = "gpu")]
mod gpus;
#[cfg(feature = "gpu")]
mod library;
#[cfg(feature = "gpu")]
mod post;
#[cfg(feature = "gpu")]
mod process;
#[cfg(feature = "gpu")]
mod query;
#[cfg(feature = "gpu")]
mod raw;
#[cfg(feature = "gpu")]
mod read;
#[cfg(feature = "gpu")]
mod session;
mod throttle;
#[cfg(feature = "gpu")]
mod totals;
#[cfg(feature = "gpu")]
mod watched;

pub use self::device::{Gpu, GpuProcess, Info, Memory, Mig, undivided};
#[cfg(feature = "gpu")]
pub(in crate::sensor) use self::driver::NO_LIBRARY;
#[cfg(feature = "gpu")]
pub use self::gpus::Gpus;
pub use self::throttle::{ThrottleReason, ThrottleReasons, ThrottleTimes};
