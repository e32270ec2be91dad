//! A count that one thread writes, or that several share.

use crate::sync::{AtomicU64, Ordering, constructor};

/// The threads that may write a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    /// No other: this thread owns the shard, so a plain load and store is enough.
    Sole,
    /// Any thread: the shard past the last slot, written by atomic additions.
    Shared,
}

/// A count that only grows, up to the end of `u64`. Eight bytes.
///
/// Additions below [`LARGE`] do not check for an overflow: from zero it takes about 2⁴⁰ of the
/// largest of them to get to [`FULL`], which is 12 days at a million a second. Larger ones stop at
/// `FULL`, from where it takes 2²⁴ small ones to get past the end. A count at or above `FULL` is
/// read as `u64::MAX`.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

/// Additions from here on are large.
const LARGE: u64 = 1 << 24;

/// The count at which large additions stop: 2²⁴ times [`LARGE`] below the end of `u64`.
const FULL: u64 = u64::MAX - (1 << 48) + 1;

impl Count {
    constructor! {
        /// A count of zero.
        pub(crate) fn new() -> Self {
            Self(AtomicU64::new(0))
        }
    }

    /// Adds `n`: for the sole writer two moves and an addition, without a lock prefix, and a
    /// comparison where `n` is not a constant.
    #[inline]
    pub(crate) fn add(&self, n: u64, writer: Writer) {
        match n < LARGE {
            true => self.add_ordered(n, writer, Ordering::Relaxed),
            false => self.add_large(n, writer),
        }
    }

    /// Adds `n` modulo 2⁶⁴, for a sum that is read by [`Count::get_modulo`].
    #[inline]
    pub(crate) fn add_modulo(&self, n: u64, writer: Writer) {
        self.add_ordered(n, writer, Ordering::Relaxed);
    }

    /// Adds one. A thread that reads the new count by [`Count::acquire`] has all that this thread
    /// stored before.
    #[inline]
    pub(crate) fn add_one_release(&self, writer: Writer) {
        // Release; pairs with Acquire in `acquire`.
        self.add_ordered(1, writer, Ordering::Release);
    }

    /// The count so far; says nothing about other memory.
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        shown(self.get_modulo())
    }

    /// As it is stored.
    #[inline]
    pub(crate) fn get_modulo(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The count so far, and with it all that came before each [`Count::add_one_release`] in it.
    pub(crate) fn acquire(&self) -> u64 {
        // Acquire; pairs with Release in `add_one_release`. A Release sequence is not broken by the
        // sole writer's plain stores, since each of them is a Release itself and later ones carry
        // the earlier ones along.
        self.0.load(Ordering::Acquire)
    }

    /// Sets the count to `n`. Only where no other thread counts: in a process that has just been
    /// forked.
    pub(crate) fn restart(&self, n: u64) {
        self.0.store(n, Ordering::Relaxed);
    }

    #[inline]
    fn add_ordered(&self, n: u64, writer: Writer, store: Ordering) {
        match writer {
            Writer::Sole => {
                let grown = self.0.load(Ordering::Relaxed).wrapping_add(n);
                self.0.store(grown, store);
            }
            Writer::Shared => {
                self.0.fetch_add(n, store);
            }
        }
    }

    // Never inline: the load of `add_ordered` would move before the comparison, and the addition
    // be two instructions more.
    #[cold]
    #[inline(never)]
    fn add_large(&self, n: u64, writer: Writer) {
        let grown = |count: u64| count.saturating_add(n).min(FULL).max(count);
        match writer {
            Writer::Sole => self.0.store(grown(self.get_modulo()), Ordering::Relaxed),
            Writer::Shared => {
                let add = |count| Some(grown(count));
                // Always `Ok`: `add` never declines.
                let _before = self
                    .0
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
            }
        }
    }
}

/// The count that a stored number stands for.
#[inline]
const fn shown(count: u64) -> u64 {
    if count >= FULL { u64::MAX } else { count }
}
