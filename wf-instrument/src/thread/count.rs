//! A count that one thread writes, or that several share.

use crate::sync::{AtomicU64, Ordering};

/// Who else may write the shard at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    /// Nobody: this thread owns the shard, so a plain load and store is enough.
    Sole,
    /// Any thread: the shard past the last slot, written by atomic additions.
    Shared,
}

/// A count that only grows, modulo 2⁶⁴. Eight bytes.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Nothing counted.
    #[cfg(not(wf_loom))]
    pub(crate) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Adds `n`: for the sole writer two moves and an addition, without a lock prefix.
    #[inline]
    pub(crate) fn add(&self, n: u64, writer: Writer) {
        self.add_ordered(n, writer, Ordering::Relaxed);
    }

    /// As [`Count::add`]; whoever reads the new count by [`Count::acquire`] also sees all that this thread did before.
    #[inline]
    pub(crate) fn add_release(&self, n: u64, writer: Writer) {
        // Release; pairs with Acquire in `acquire`.
        self.add_ordered(n, writer, Ordering::Release);
    }

    /// The count so far; says nothing about other memory.
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The count so far, and with it all that came before each [`Count::add_release`] in it.
    pub(crate) fn acquire(&self) -> u64 {
        // Acquire; pairs with Release in `add_release`. A Release sequence is not broken by the sole writer's plain
        // stores, since each of them is a Release itself and later ones carry the earlier ones along.
        self.0.load(Ordering::Acquire)
    }

    /// From here on `n`. Only where nobody else counts: in a process that has just been forked.
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
}
