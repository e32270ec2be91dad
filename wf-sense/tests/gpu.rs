//! The GPU sensor on a driver that does what a test sets.
#![cfg(target_os = "linux")]

#[path = "gpu/devices.rs"]
mod devices;
#[path = "gpu/failures.rs"]
mod failures;
#[path = "gpu/hangs.rs"]
mod hangs;
#[path = "gpu/hostile.rs"]
mod hostile;
#[path = "gpu/sensors.rs"]
mod sensors;
#[path = "gpu/stub.rs"]
mod stub;
#[path = "gpu/throttling.rs"]
mod throttling;
#[path = "gpu/values.rs"]
mod values;
