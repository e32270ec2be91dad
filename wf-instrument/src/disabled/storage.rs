//! Storage that stores nothing.

use std::marker::PhantomData;

/// The threads that may write a shard: none is ever written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writer {}

/// A value for each thread: no thread has one.
#[derive(Debug)]
pub(crate) struct Sharded<T>(PhantomData<fn() -> T>);

impl<T> Sharded<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }

    #[inline]
    pub(crate) fn with(&self, _write: impl FnOnce(&T, Writer)) {}

    #[inline]
    pub(crate) fn shards(&self) -> impl Iterator<Item = &T> {
        std::iter::empty()
    }
}

/// A count that stays at zero.
#[derive(Debug)]
pub(crate) struct Count;

impl Count {
    pub(crate) fn add(&self, _n: u64, _writer: Writer) {}

    pub(crate) const fn get(&self) -> u64 {
        0
    }
}

/// A share of a histogram without samples.
#[derive(Debug)]
pub(crate) struct Shard;

impl Shard {
    pub(crate) fn record(&self, _value: u64, _n: u64, _writer: Writer) {}
}

/// A number that stays at zero.
#[derive(Debug)]
pub(crate) struct AtomicU64;

impl AtomicU64 {
    pub(crate) const fn new(_n: u64) -> Self {
        Self
    }

    #[inline]
    pub(crate) fn store(&self, _n: u64, _order: Ordering) {}

    #[inline]
    pub(crate) const fn load(&self, _order: Ordering) -> u64 {
        0
    }
}

/// The order of the accesses that are not made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ordering {
    Relaxed,
}
