//! This thread's slot.

use std::cell::Cell;

use super::count::{Count, Writer};
use super::pool::Pool;
use crate::sync::SLOTS;

/// No slot has been claimed yet.
const UNCLAIMED: u8 = u8::MAX;
/// No slot: the thread uses the shared shard. Also during first-touch allocation, and while the
/// thread ends.
const SHARED: u8 = UNCLAIMED - 1;

static POOL: Pool = Pool::new();
static DROPPED: Count = Count::new();

thread_local! {
    // Constant and without a destructor, so that it is a plain load, and readable from destructors
    // of other thread-locals.
    static SLOT: Cell<u8> = const { Cell::new(UNCLAIMED) };
    static ALLOCATING: Cell<bool> = const { Cell::new(false) };
    static LEASE: Lease = const { Lease };
}

/// The slot of this thread; at or above [`SLOTS`], it has none or has not claimed one by
/// [`current`] yet. One load.
///
/// A byte, so that the compiler knows that it lies within a table of 256.
#[inline]
pub(crate) fn cached_slot() -> u8 {
    SLOT.get()
}

/// The slot of this thread; at or above [`SLOTS`], it has none.
pub(crate) fn current() -> usize {
    usize::from(match SLOT.get() {
        UNCLAIMED => claim(),
        slot => slot,
    })
}

/// Runs an allocation of this crate while this thread has no slot: an allocator that records must
/// not find half-made shards of its own thread, so its events go to the shared shard meanwhile.
pub(crate) fn allocate<R>(make: impl FnOnce() -> R) -> R {
    struct Restore(u8, bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            SLOT.set(self.0);
            ALLOCATING.set(self.1);
        }
    }
    let _restore = Restore(SLOT.replace(SHARED), ALLOCATING.replace(true));
    make()
}

/// Returns whether this thread is within [`allocate`], where making another shard would recurse
/// without end.
pub(crate) fn allocating() -> bool {
    ALLOCATING.get()
}

/// Counts a measurement that is lost because there is no storage for it.
#[cold]
pub(crate) fn drop_one() {
    DROPPED.add(1, Writer::Shared);
}

/// Number of measurements that were lost: recorded by an allocator while the shared shard itself
/// was being allocated, or values of a gauge that was refused or past 32 sets of label values; and
/// sites that could not be listed.
pub(crate) fn dropped() -> u64 {
    DROPPED.get()
}

#[cold]
fn claim() -> u8 {
    SLOT.set(SHARED);
    // A thread whose thread-locals are already destroyed cannot return a slot, so it gets none.
    let slot = LEASE.try_with(|_| POOL.claim()).ok().flatten();
    let slot = slot.map_or(SHARED, narrowed);
    SLOT.set(slot);
    slot
}

/// Frees the slots of all other threads, in a process that has just been forked and does not have
/// them. Returns this thread's.
pub(crate) fn abandon_other_slots() -> usize {
    DROPPED.restart(0);
    let mine = usize::from(SLOT.get());
    POOL.keep_only(mine);
    mine
}

/// Returns the slot when the thread ends.
struct Lease;

impl Drop for Lease {
    fn drop(&mut self) {
        let slot = usize::from(SLOT.replace(SHARED));
        if slot < SLOTS {
            POOL.release(slot);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "below `SLOTS`")]
const fn narrowed(slot: usize) -> u8 {
    const { assert!(SLOTS == SHARED as usize, "all others are states") };
    slot as u8
}
