//! The atomics of the whole crate: std's, or loom's under `--cfg wf_loom`.
//!
//! No other file names `std::sync::atomic` or `loom`, so that every lock-free part can be modelled.

#[cfg(all(feature = "enabled", unix, not(wf_loom)))]
pub(crate) use std::sync::atomic::AtomicI32;
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32};
#[cfg(not(wf_loom))]
pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

#[cfg(wf_loom)]
pub(crate) use loom::sync::atomic::{
    AtomicPtr, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};

#[cfg(wf_loom)]
pub(crate) use loom::thread_local;
