//! The pool of slots: which of them are taken.

use crate::sync::{AtomicU64, Ordering, SLOTS, array, constructor};

const WORD: usize = 64;
const WORDS: usize = SLOTS.div_ceil(WORD);

/// One bit for each slot: set while a thread owns it.
pub(crate) struct Pool {
    taken: [AtomicU64; WORDS],
}

impl Pool {
    constructor! {
        pub(crate) fn new() -> Self {
            Self {
                taken: array![AtomicU64::new(0); WORDS],
            }
        }
    }

    /// Takes the lowest free slot, so that memory follows the peak of concurrent threads and not
    /// their total number.
    pub(crate) fn claim(&self) -> Option<usize> {
        (0..SLOTS).find(|&slot| self.try_claim(slot))
    }

    /// Returns a slot; its next owner continues in the same shards.
    pub(crate) fn release(&self, slot: usize) {
        let (word, bit) = place(slot);
        // Release; pairs with Acquire in `try_claim`: the next owner reads this one's last counts,
        // and adds to them.
        self.taken[word].fetch_and(!bit, Ordering::Release);
    }

    /// Frees every slot but `kept`: for a process that has just been forked, in which the other
    /// owners do not exist.
    pub(crate) fn keep_only(&self, kept: usize) {
        for (word, taken) in self.taken.iter().enumerate() {
            let bit = if kept / WORD == word {
                1 << (kept % WORD)
            } else {
                0
            };
            taken.fetch_and(bit, Ordering::Relaxed);
        }
    }

    fn try_claim(&self, slot: usize) -> bool {
        let (word, bit) = place(slot);
        if self.taken[word].load(Ordering::Relaxed) & bit != 0 {
            return false;
        }
        // Acquire; pairs with Release in `release`.
        self.taken[word].fetch_or(bit, Ordering::Acquire) & bit == 0
    }
}

const fn place(slot: usize) -> (usize, u64) {
    (slot / WORD, 1 << (slot % WORD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_slot_comes_first_and_the_last_is_followed_by_none() {
        let pool = Pool::new();
        let all: Vec<_> = std::iter::from_fn(|| pool.claim()).collect();
        assert_eq!(all, (0..SLOTS).collect::<Vec<_>>());
        pool.release(70);
        pool.release(3);
        assert_eq!(
            (pool.claim(), pool.claim(), pool.claim()),
            (Some(3), Some(70), None)
        );
    }
}
