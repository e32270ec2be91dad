//! NVIDIA GPUs, as their driver's library (NVML) tells of them.
//!
//! A call of the driver may take milliseconds, and hangs where the hardware does. So `Gpus`, which comes with the feature `gpu`, has a
//! thread that asks, and whoever reads gets its last pass. What a [`Gpu`] is told to be is plain data that is there without the feature
//! too.
//!
//! The library is looked for at run time; nothing of it is needed to build. AMD's and Intel's GPUs are not read.

mod device;
#[cfg(feature = "gpu")]
mod nvml;
mod throttle;

pub use self::device::{Gpu, GpuProcess, Info, Memory, Mig, without_partitioned};
#[cfg(feature = "gpu")]
pub use self::nvml::Gpus;
#[cfg(feature = "gpu")]
pub(crate) use self::nvml::NO_LIBRARY;
pub use self::throttle::{ThrottleReason, ThrottleReasons, ThrottleTimes};
