//! NVIDIA GPUs, read by their driver's library (NVML).
//!
//! A call of the driver may take milliseconds, and hangs if the hardware does. So `Gpus`, which
//! needs the feature `gpu`, calls it on a thread of its own, and readers get the last pass. A
//! [`Gpu`] is plain data, which does not need the feature.
//!
//! The library is looked for at run time; nothing of it is needed to build. GPUs of AMD and Intel
//! are not read.

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
