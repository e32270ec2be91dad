//! The requests that are in flight.
#![expect(unsafe_code, reason = "the table grows through an atomic pointer")]

use std::ptr;

use super::request::{Request, Series};
use crate::clock::Ticks;
use crate::sync::{AtomicPtr, Ordering};
use crate::thread::{allocate, allocating, cached_slot};

/// Number of slots of a series before it allocates. A power of two, as in all blocks.
const INITIAL_SLOTS: usize = 32;

/// Ratio of the slots of a block to those of the block before.
const GROWTH: usize = 4;

/// A slot for each request in flight, never moved and never freed: memory follows the maximum in
/// flight. 4 KiB up to 32 requests.
#[derive(Debug)]
pub(crate) struct InFlight<S: Series> {
    slots: [Request<S>; INITIAL_SLOTS],
    /// The block that was added last.
    newest: AtomicPtr<Block<S>>,
}

#[derive(Debug)]
struct Block<S: Series> {
    slots: Box<[Request<S>]>,
    older: Option<&'static Self>,
}

impl<S: Series> InFlight<S> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: [const { Request::new() }; INITIAL_SLOTS],
            newest: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Finds a slot for a request that arrived at `arrived`.
    ///
    /// One atomic exchange while many slots are free; where all are taken, it looks at each and
    /// then allocates more. `None` for an allocator that is allocating for this crate.
    #[inline]
    pub(crate) fn insert(
        &'static self,
        series: &'static S,
        arrived: Ticks,
    ) -> Option<&'static Request<S>> {
        // The newest block is the largest by far, and so the most likely to have a free slot.
        let slots = match self.newest() {
            None => &self.slots,
            Some(block) => &*block.slots,
        };
        let slot = &slots[spread(arrived, slots)];
        if slot.try_begin(series, arrived) {
            Some(slot)
        } else {
            self.search(series, arrived)
        }
    }

    #[cold]
    fn search(&'static self, series: &'static S, arrived: Ticks) -> Option<&'static Request<S>> {
        loop {
            let newest = self.newest();
            let mut blocks = self.blocks_from(newest);
            let free = blocks.find_map(|slots| try_insert(slots, series, arrived));
            if free.is_some() {
                return free;
            }
            if allocating() {
                return None;
            }
            self.grow(newest);
        }
    }

    /// Leaves the requests in flight to the owner of slot `mine`: see
    /// [`Request::reset_after_fork`].
    pub(crate) fn reset_after_fork(&self, mine: usize) {
        self.requests()
            .for_each(|request| request.reset_after_fork(mine));
    }

    /// The earliest arrival among those in flight.
    pub(crate) fn oldest(&self) -> Option<Ticks> {
        self.requests().filter_map(Request::waiting_since).min()
    }

    fn requests(&self) -> impl Iterator<Item = &Request<S>> {
        self.blocks_from(self.newest()).flatten()
    }

    fn blocks_from(
        &self,
        newest: Option<&'static Block<S>>,
    ) -> impl Iterator<Item = &[Request<S>]> {
        std::iter::successors(newest, |block| block.older)
            .map(|block| &*block.slots)
            .chain([&self.slots[..]])
    }

    fn newest(&self) -> Option<&'static Block<S>> {
        // Acquire; pairs with Release in `grow`: the block is read as initialised.
        let newest = self.newest.load(Ordering::Acquire);
        // SAFETY:
        // - `as_ref` takes null as None; anything else was leaked by `grow`, so it is valid for
        //   ever;
        // - only shared references to it exist.
        unsafe { newest.as_ref() }
    }

    /// Adds a block, unless one has been added since `newest` was.
    #[cold]
    fn grow(&self, newest: Option<&'static Block<S>>) {
        let len = GROWTH * newest.map_or(INITIAL_SLOTS, |block| block.slots.len());
        let made = allocate(|| {
            Box::new(Block {
                slots: std::iter::repeat_with(Request::new).take(len).collect(),
                older: newest,
            })
        });
        let made = Box::into_raw(made);
        let before = newest.map_or(ptr::null_mut(), |block| ptr::from_ref(block).cast_mut());
        // Release; pairs with Acquire in `newest`.
        let grown =
            self.newest
                .compare_exchange(before, made, Ordering::Release, Ordering::Relaxed);
        if grown.is_err() {
            // SAFETY: `made` came from `Box::into_raw` above and was not published.
            drop(unsafe { Box::from_raw(made) });
        }
    }
}

fn try_insert<'a, S: Series>(
    slots: &'a [Request<S>],
    series: &'static S,
    arrived: Ticks,
) -> Option<&'a Request<S>> {
    let (before, from) = slots.split_at(spread(arrived, slots));
    from.iter()
        .chain(before)
        .find(|request| request.is_free() && request.try_begin(series, arrived))
}

/// The slot at which a search begins: one of a quarter that belongs to this thread and each fourth
/// other one, so that few threads take turns with a cache line. Arrivals differ, so they spread the
/// searches within the quarter without a counter that all threads would write.
///
/// Fibonacci hashing (Knuth, The Art of Computer Programming 3, §6.4): the high bits of a product
/// with 2⁶⁴/φ.
#[inline]
fn spread<S: Series>(arrived: Ticks, slots: &[Request<S>]) -> usize {
    let product = arrived.raw().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let quarter = slots.len() / 4;
    let within = (product >> 32) as u32 as usize & (quarter - 1);
    (usize::from(cached_slot()) * quarter + within) & (slots.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Series for u8 {
        type Shard = ();
    }

    static SERIES: u8 = 0;

    fn in_flight() -> &'static InFlight<u8> {
        Box::leak(Box::new(InFlight::new()))
    }

    #[test]
    fn the_oldest_is_the_earliest_that_has_not_ended_however_many_there_are() {
        let in_flight = in_flight();
        let insert = |at| in_flight.insert(&SERIES, Ticks::from_raw(at)).unwrap();
        // Miri takes minutes for more.
        let many = if cfg!(miri) { 200 } else { 3_000 };
        let requests: Vec<_> = (1..=many).map(insert).collect();
        assert_eq!(in_flight.oldest(), Some(Ticks::from_raw(1)));
        requests[0].end();
        assert_eq!(in_flight.oldest(), Some(Ticks::from_raw(2)));
        requests[1..].iter().for_each(|request| request.end());
        assert_eq!(in_flight.oldest(), None);
    }

    #[test]
    fn slots_are_used_again_before_any_are_added() {
        let in_flight = in_flight();
        let insert = |at| in_flight.insert(&SERIES, Ticks::from_raw(at)).unwrap();
        for round in 0..10 {
            // All at one moment, so that they all begin their search at one slot.
            let requests: Vec<_> = (0..INITIAL_SLOTS + 3).map(|_| insert(7 + round)).collect();
            assert_eq!(
                in_flight.requests().count(),
                INITIAL_SLOTS + GROWTH * INITIAL_SLOTS
            );
            requests.iter().for_each(|request| request.end());
        }
    }
}
