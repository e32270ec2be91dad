//! Atomics of loom, and two slots.

pub(crate) use loom::sync::atomic::{
    AtomicPtr, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};

pub(crate) const SLOTS: usize = 2;
pub(crate) const TABLE: usize = SLOTS;

macro_rules! constructor {
    ($(#[$meta:meta])* $visibility:vis fn $($rest:tt)*) => {
        $(#[$meta])* $visibility fn $($rest)*
    };
}
pub(crate) use constructor;

macro_rules! array {
    ($make:expr; $len:expr) => {
        std::array::from_fn(|_| $make)
    };
}
pub(crate) use array;
