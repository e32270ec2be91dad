//! The parts that the models in `tests/loom` replace: atomics, and the number of slots.
//!
//! The record path names `std::sync::atomic` nowhere else, so that each lock-free part can be
//! modelled as it is.

#![cfg_attr(
    not(feature = "enabled"),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "where nothing is measured, one constructor is all that is used"
    )
)]

#[cfg(all(feature = "enabled", unix))]
pub(crate) use std::sync::atomic::AtomicI32;
#[cfg(feature = "enabled")]
pub(crate) use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};

#[cfg(not(feature = "enabled"))]
pub(crate) use crate::disabled::{AtomicU64, Ordering};

/// Number of threads at once that have a shard of their own. Those beyond share one, which is
/// slower.
///
/// A byte has 256 values, and two of them are states without a slot. Tokio's blocking pool alone
/// may have that many threads busy. A slot costs 8 bytes of address space for each series, and
/// memory only where a thread has recorded.
pub(crate) const SLOTS: usize = 254;

/// Length of a table that is indexed by a slot or by a state without one: any value of a byte.
pub(crate) const TABLE: usize = 256;

/// Defines a constructor that is `const`; not in the models, since loom makes atomics at run time.
macro_rules! constructor {
    ($(#[$meta:meta])* $visibility:vis fn $($rest:tt)*) => {
        $(#[$meta])* $visibility const fn $($rest)*
    };
}
pub(crate) use constructor;

/// An array of so many atomics, each made by the expression.
macro_rules! array {
    ($make:expr; $len:expr) => {
        [const { $make }; $len]
    };
}
pub(crate) use array;
