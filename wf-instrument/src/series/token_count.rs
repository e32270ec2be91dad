//! The tokens of one request.

use crate::sync::{AtomicU16, AtomicU32, AtomicU64, Ordering, constructor};
use crate::thread::{Count, SLOTS, Writer};

/// Tokens of one request, counted by any threads at once and by one of them mostly.
///
/// The thread that counts the first owns the count: it continues with plain loads and stores.
/// Others add to a count beside it, atomically, which ends at `u32::MAX`. 24 bytes.
#[derive(Debug)]
pub(crate) struct TokenCount {
    /// The owner's thread slot, [`NOBODY`] before the first token, or [`NO_OWNER`]. Until there is
    /// a first token, the other fields but `others` mean nothing.
    owner: AtomicU16,
    others: AtomicU32,
    own: Count,
    /// Of all, those that came with the first.
    first: AtomicU64,
}

const NOBODY: u16 = u16::MAX - 1;

/// The first token was counted by a thread without a slot: such threads have no number.
const NO_OWNER: u16 = u16::MAX - 2;

impl TokenCount {
    constructor! {
        pub(crate) fn new() -> Self {
            Self {
                owner: AtomicU16::new(NOBODY),
                others: AtomicU32::new(0),
                own: Count::new(),
                first: AtomicU64::new(0),
            }
        }
    }

    // Relaxed throughout: the counts stand for themselves, a slot's next owner synchronised with
    // the last one in `Pool`, and who reads the sum has exclusive access to the request, which
    // orders it by itself.

    /// Resets the count to zero. Only where no other thread counts.
    #[inline]
    pub(crate) fn restart(&self) {
        self.owner.store(NOBODY, Ordering::Relaxed);
        self.others.store(0, Ordering::Relaxed);
    }

    /// Returns whether the owner of `slot` owns this count too; never, where it is no slot.
    #[inline]
    pub(crate) fn is_owned_by(&self, slot: u8) -> bool {
        self.owner.load(Ordering::Relaxed) == u16::from(slot)
    }

    /// Counts `n` more, for the owner.
    #[inline]
    pub(crate) fn add_own(&self, n: u64) {
        self.own.add(n, Writer::Sole);
    }

    /// Likewise, where they came together with those before: with the first ones, if there were no
    /// others.
    #[inline]
    pub(crate) fn add_own_together(&self, n: u64) {
        let are_first = self.own.get_modulo() == self.first.load(Ordering::Relaxed);
        self.add_own(n);
        if are_first {
            self.first.store(self.own.get_modulo(), Ordering::Relaxed);
        }
    }

    /// Counts `n` for the owner of `slot`, and makes it the owner of this count, if they are the
    /// first; else returns false.
    #[inline]
    pub(crate) fn begin(&self, n: u64, slot: u8) -> bool {
        let owner = if usize::from(slot) < SLOTS {
            slot.into()
        } else {
            NO_OWNER
        };
        let begun = self
            .owner
            .compare_exchange(NOBODY, owner, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok();
        if begun {
            // One thread gets here. Afterwards only the owner of its slot stores to either, or who
            // counts alone (`add_beside_together`).
            self.own.restart(0);
            self.own.add(n, Writer::Sole);
            self.first.store(self.own.get_modulo(), Ordering::Relaxed);
        }
        begun
    }

    /// Counts `n` more, for threads that are not the owner.
    pub(crate) fn add_beside(&self, n: u64) {
        let more = |others: u32| Some(others.saturating_add(few(n)));
        let _always = self
            .others
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Likewise, where they came together with those before: with the first ones, if there were no
    /// others. Exact where no other thread counts meanwhile.
    pub(crate) fn add_beside_together(&self, n: u64) {
        let are_first = self.later() == 0;
        self.add_beside(n);
        if are_first {
            let first = self.first.load(Ordering::Relaxed);
            self.first.store(first.saturating_add(n), Ordering::Relaxed);
        }
    }

    /// Makes the owner of `slot` the owner of this count, if it has one yet. Only where no other
    /// thread counts.
    pub(crate) fn move_to(&self, slot: u8) -> bool {
        let moves = usize::from(slot) < SLOTS && self.has_begun();
        if moves {
            self.owner.store(slot.into(), Ordering::Relaxed);
        }
        moves
    }

    /// Makes it nobody's, unless the owner of slot `mine` owns it: for a process that has just been
    /// forked, where the owner may have been lost while it began.
    pub(crate) fn disown(&self, mine: usize) {
        let owner = self.owner.load(Ordering::Relaxed);
        if owner != NOBODY && usize::from(owner) != mine {
            self.owner.store(NO_OWNER, Ordering::Relaxed);
        }
    }

    /// Returns whether a token was counted.
    pub(crate) fn has_begun(&self) -> bool {
        self.owner.load(Ordering::Relaxed) != NOBODY
    }

    /// All tokens.
    pub(crate) fn total(&self) -> u64 {
        if self.has_begun() {
            let others = self.others.load(Ordering::Relaxed);
            self.own.get().saturating_add(others.into())
        } else {
            0
        }
    }

    /// Those that came after the first ones, once there are some.
    pub(crate) fn later(&self) -> u64 {
        self.later_of(self.total())
    }

    /// Likewise, of so many in all.
    #[inline]
    pub(crate) fn later_of(&self, total: u64) -> u64 {
        total.saturating_sub(self.first.load(Ordering::Relaxed))
    }
}

/// `n`, or `u32::MAX` where it is more.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
pub(super) const fn few(n: u64) -> u32 {
    if n < u32::MAX as u64 {
        n as u32
    } else {
        u32::MAX
    }
}
