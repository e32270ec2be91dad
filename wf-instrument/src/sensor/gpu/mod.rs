//! NVIDIA GPUs, as their driver's library (NVML) tells of them: plain data.

mod device;
mod throttle;

pub use self::device::{Gpu, GpuProcess, Info, Memory, Mig};
pub use self::throttle::{ThrottleReason, ThrottleReasons, ThrottleTimes};
