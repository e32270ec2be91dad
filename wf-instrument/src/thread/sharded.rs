//! A value that every thread has its own copy of, allocated on first touch.
#![expect(unsafe_code, reason = "shards are published through atomic pointers")]

use std::ptr;

use super::count::Writer;
use super::slot;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering, SLOTS, TABLE, array, constructor};

/// One `T` for each thread slot, and one that the threads without a slot share.
///
/// Shards are never freed while the value lives: a slot's next owner continues in the same shard,
/// so nothing is lost and memory is bounded by the peak of concurrent threads. 2 KiB of pointers,
/// untouched until used.
pub(crate) struct Sharded<T> {
    /// Those at and above [`SLOTS`] stay empty: threads without a slot find them.
    owned: [AtomicPtr<Padded<T>>; TABLE],
    shared: AtomicPtr<Padded<T>>,
    /// Entries of `owned` from here on are empty: readers pass over them. Few are used where few
    /// threads run at once, since the lowest free slot is the first to be claimed.
    end: AtomicUsize,
}

/// Alone on its cache lines: two of 64 bytes, since Intel's prefetcher fetches them in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Padded<T>(T);

impl<T: Default + Sync> Sharded<T> {
    constructor! {
        pub(crate) fn new() -> Self {
            Self {
                owned: array![AtomicPtr::new(ptr::null_mut()); TABLE],
                shared: AtomicPtr::new(ptr::null_mut()),
                end: AtomicUsize::new(0),
            }
        }
    }

    /// Calls `write` with this thread's shard, and whether other threads write to it.
    ///
    /// About a nanosecond of its own. The first call of a thread allocates the shard.
    ///
    /// `write` should own its captures: borrowed values have to be in memory, for the rare case
    /// that is out of line.
    #[inline]
    pub(crate) fn with<'a>(&'a self, write: impl FnOnce(&'a T, Writer)) {
        match self.found() {
            Some(shard) => write(shard, Writer::Sole),
            None => self.with_first(write),
        }
    }

    /// This thread's shard, made where it is missing, if the thread has claimed a slot; only this
    /// thread may write to it, as long as it runs.
    #[inline]
    pub(crate) fn sole(&self) -> Option<&T> {
        match self.found() {
            None => self.touch(usize::from(slot::cached_slot())),
            found => found,
        }
    }

    /// This thread's shard, if the thread has claimed a slot and been here before. As with
    /// [`Sharded::sole`], only this thread may write to it.
    #[inline]
    pub(crate) fn found(&self) -> Option<&T> {
        // One comparison: a thread that has no slot, or has not claimed one yet, finds an empty
        // entry, as does one that comes here first. Relaxed: only this slot's owners store here,
        // and a new owner synchronised with the last one in `Pool`.
        let place = self.owned.get(usize::from(slot::cached_slot()))?;
        let shard = place.load(Ordering::Relaxed);
        // SAFETY:
        // - `as_ref` takes null as None; anything else is a live `Padded<T>`: it came from
        //   `Box::into_raw` and is freed only in `drop`, which has `&mut self`, while the returned
        //   lifetime is that of a reference into `self`;
        // - shared access only: `T: Sync`, and no `&mut T` is ever made before `drop`.
        unsafe { shard.as_ref() }.map(|padded| &padded.0)
    }

    /// Does what [`Sharded::with`] does, for a thread that has no shard yet.
    // Never inline, as with all that is rare here: it would crowd every measured function.
    #[cold]
    #[inline(never)]
    fn with_first<'a>(&'a self, write: impl FnOnce(&'a T, Writer)) {
        self.with_slot(slot::current(), write);
    }

    /// As [`Sharded::with`], for the owner of `slot`.
    pub(crate) fn with_slot<'a>(&'a self, slot: usize, write: impl FnOnce(&'a T, Writer)) {
        match self.touch(slot) {
            Some(shard) => write(shard, Writer::Sole),
            None => self.with_shared(write),
        }
    }

    /// The shard of a slot, for the slot's owner, made where it is missing; none past the last
    /// slot.
    #[cold]
    #[inline(never)]
    fn touch(&self, slot: usize) -> Option<&T> {
        let place = &self.owned[..SLOTS].get(slot)?;
        // Relaxed: as in `found`.
        if place.load(Ordering::Relaxed).is_null() {
            // Relaxed: it says where to look; a reader after a record of this thread finds it, and
            // synchronises by the pointer.
            self.end.fetch_max(slot + 1, Ordering::Relaxed);
            first_touch(place);
        }
        Self::shard_at(place)
    }

    /// Every shard that any thread has touched, with whether it is the one that the owner of `slot`
    /// writes to.
    pub(crate) fn shards_seen_from(&self, slot: usize) -> impl Iterator<Item = (&T, bool)> {
        let own = self.owned[..SLOTS].get(slot).unwrap_or(&self.shared);
        let own = Self::shard_at(own).map(ptr::from_ref);
        self.shards()
            .map(move |shard| (shard, own == Some(ptr::from_ref(shard))))
    }

    /// Returns whether any thread has touched it.
    pub(crate) fn is_touched(&self) -> bool {
        self.shards().next().is_some()
    }

    /// Every shard that any thread has touched. Writers are not stopped.
    pub(crate) fn shards(&self) -> impl Iterator<Item = &T> {
        let end = self.end.load(Ordering::Relaxed);
        let places = self.owned[..end].iter().chain([&self.shared]);
        places.filter_map(Self::shard_at)
    }

    fn shard_at(place: &AtomicPtr<Padded<T>>) -> Option<&T> {
        // Acquire; pairs with Release in `first_touch`: the shard is read as initialised.
        let shard = place.load(Ordering::Acquire);
        // SAFETY:
        // - `as_ref` takes null as None; anything else came from `Box::into_raw` in `first_touch`;
        // - it lives as long as the `Sharded` that the entry is part of, and only shared references
        //   to it exist.
        unsafe { shard.as_ref() }.map(|padded| &padded.0)
    }

    fn with_shared<'a>(&'a self, write: impl FnOnce(&'a T, Writer)) {
        // Acquire; pairs with Release in `first_touch`: another thread may have made the shard.
        let mut shard = self.shared.load(Ordering::Acquire);
        if shard.is_null() {
            if slot::allocating() {
                return slot::drop_one();
            }
            shard = first_touch(&self.shared);
        }
        // SAFETY: as in `found`; the entry is that of `self`, which outlives the call.
        write(unsafe { &(*shard).0 }, Writer::Shared);
    }
}

/// Allocates the shard of an empty entry and publishes it; where another thread was faster, returns
/// the other's.
#[cold]
fn first_touch<T: Default>(place: &AtomicPtr<Padded<T>>) -> *mut Padded<T> {
    let made = Box::into_raw(slot::allocate(|| Box::new(Padded::<T>::default())));
    // Release; pairs with Acquire in `shards` and `with_shared`. Acquire on failure: we use what
    // the other thread made.
    match place.compare_exchange(ptr::null_mut(), made, Ordering::Release, Ordering::Acquire) {
        Ok(_) => made,
        Err(theirs) => {
            // SAFETY: `made` came from `Box::into_raw` above and was not published.
            drop(unsafe { Box::from_raw(made) });
            theirs
        }
    }
}

impl<T> Drop for Sharded<T> {
    fn drop(&mut self) {
        for place in self.owned.iter().chain([&self.shared]) {
            let shard = place.load(Ordering::Relaxed);
            if !shard.is_null() {
                // SAFETY: from `Box::into_raw` in `first_touch`, freed once, and `&mut self` is
                // exclusive.
                drop(unsafe { Box::from_raw(shard) });
            }
        }
    }
}

impl<T> std::fmt::Debug for Sharded<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sharded").finish_non_exhaustive()
    }
}
