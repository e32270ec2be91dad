//! How the memory that a process may use is shared out: what stays free, and what models, caches and the runtime get.
//!
//! 15 % of it stay free, as a safety margin that nothing is ever lent from. Of the rest, models get
//! 60 %, caches 20 %, the runtime 15 % and a buffer 5 %, whatever the tier;
//! [use](Budget::following) moves it on. Shares [shifted by tier](Shares::of) are for those who
//! [ask](Budget::with_shares) for them. Main memory and the memory of each GPU are budgets of their
//! own: neither can hold what belongs in the other.

mod explain;
mod lend;
mod part;
mod shares;

pub use self::part::{Part, Use};
pub(crate) use self::shares::SAFETY;
pub use self::shares::Shares;
use wf_instrument::Bytes;

/// What each part may hold of one memory; with the safety margin they sum to its total, to the byte.
///
/// Plain numbers: it takes no memory and keeps none from anybody. `Copy`; no method allocates but [`explain`](Self::explain).
///
/// ```
/// use wf_instrument::Bytes;
/// use wf_govern::sizing::budget::{Budget, Part, Use};
///
/// let gb = |n: u64| Bytes::new(n * 1_000_000_000);
/// let budget = Budget::new(gb(100));
/// assert_eq!(budget.safety(), gb(15));
/// assert_eq!(budget.of(Part::Models), gb(51));
///
/// let runtime = budget.of(Part::Runtime);
/// let used = Use { models: gb(30), caches: gb(25), runtime, ..Use::default() };
/// let now = budget.following(&used);
/// assert_eq!(now.of(Part::Caches), gb(25));
/// assert_eq!(now.of(Part::Models), gb(43));
/// assert_eq!(now.room(Part::Models, &used), gb(13));
/// assert_eq!(now.safety(), gb(15));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    total: u64,
    shares: Shares,
    safety: u64,
    sizes: [u64; 4],
}

impl Budget {
    /// By the default shares. `total` is what the process may use: a container's limit where there is one, not the host's memory.
    #[must_use]
    pub fn new(total: Bytes) -> Self {
        Self::with_shares(total, Shares::default())
    }

    /// By other shares: those of a tier, say, as [`Shares::of`] gives them.
    #[must_use]
    pub fn with_shares(total: Bytes, shares: Shares) -> Self {
        let (safety, sizes) = shares.split(total.get());
        Self {
            total: total.get(),
            shares,
            safety,
            sizes,
        }
    }

    /// What the process may use.
    #[must_use]
    pub const fn total(&self) -> Bytes {
        Bytes::new(self.total)
    }

    /// What stays free: 15 % of the total, rounded up where it does not divide.
    #[must_use]
    pub const fn safety(&self) -> Bytes {
        Bytes::new(self.safety)
    }

    /// What this part may hold.
    #[must_use]
    pub const fn of(&self, part: Part) -> Bytes {
        Bytes::new(self.sizes[part as usize])
    }

    /// What this part may hold while nothing is lent.
    ///
    /// Each full hundred of bytes is shared out exactly. The bytes beyond go to the parts in the order of [`Part::ALL`], to each at most
    /// its percentage: no part ever shrinks because there is a byte more in all.
    #[must_use]
    pub fn home(&self, part: Part) -> Bytes {
        Bytes::new(self.shares.split(self.total).1[part as usize])
    }

    /// What this part may take beyond what it uses; none where it uses all it may, or more.
    #[must_use]
    pub const fn room(&self, part: Part, used: &Use) -> Bytes {
        Bytes::new(self.sizes[part as usize].saturating_sub(used.of(part).get()))
    }

    /// What this part has to give back: what it uses beyond what it may.
    #[must_use]
    pub const fn over(&self, part: Part, used: &Use) -> Bytes {
        Bytes::new(
            used.of(part)
                .get()
                .saturating_sub(self.sizes[part as usize]),
        )
    }

    /// The same memory, where parts lend what they do not use to those that are short of room.
    ///
    /// Borrowers get in proportion to what they are short of, and lenders give in proportion to what they have to spare. Every part keeps
    /// half of its own share whatever it uses, so that it can begin something and so show that it wants the rest back; the
    /// buffer lends nothing, since being empty is its purpose. The safety margin is never touched.
    ///
    /// Depends on the shares and `used` alone, not on what was lent before: the same use gives the same budget, and a part that uses its
    /// share again has it again, at once. Then those that had borrowed it are [over](Self::over) and should shrink first. A byte
    /// more in use moves no part by more than that (and four bytes of rounding).
    #[must_use]
    pub fn following(&self, used: &Use) -> Self {
        let (_, home) = self.shares.split(self.total);
        let used = Part::ALL.map(|part| used.of(part).get());
        Self {
            sizes: lend::lend(home, used),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_parts_and_the_margin_are_the_whole() {
        for total in [0, 1, 99, 100, 101, 16 << 30, u64::MAX - 1, u64::MAX] {
            let budget = Budget::new(Bytes::new(total));
            let parts = Part::ALL.map(|part| budget.of(part).get());
            assert_eq!(budget.safety().get() + parts.iter().sum::<u64>(), total);
            assert_eq!(parts, Part::ALL.map(|part| budget.home(part).get()));
        }
    }

    #[test]
    fn room_and_over_are_the_two_sides_of_a_share() {
        let budget = Budget::new(Bytes::new(10_000));
        for (used, room, over) in [(0, 5_100, 0), (5_100, 0, 0), (6_000, 0, 900)] {
            let models = Bytes::new(used);
            let used = Use {
                models,
                ..Use::default()
            };
            assert_eq!(budget.room(Part::Models, &used).get(), room, "{used:?}");
            assert_eq!(budget.over(Part::Models, &used).get(), over, "{used:?}");
        }
    }

    fn any_use() -> impl Strategy<Value = Use> {
        any::<[u64; 4]>().prop_map(|used| {
            let [models, caches, runtime, buffer] = used.map(Bytes::new);
            Use {
                models,
                caches,
                runtime,
                buffer,
            }
        })
    }

    proptest! {
        #[test]
        fn what_was_lent_before_does_not_matter(total: u64, earlier in any_use(), used in any_use()) {
            let budget = Budget::new(Bytes::new(total));
            let once = budget.following(&used);
            prop_assert_eq!(once.following(&used), once);
            prop_assert_eq!(budget.following(&earlier).following(&used), once);
            prop_assert_eq!(once.following(&Use::default()), budget);
        }

        #[test]
        fn the_margin_is_never_lent(total: u64, used in any_use()) {
            let budget = Budget::new(Bytes::new(total)).following(&used);
            let parts: u64 = Part::ALL.iter().map(|part| budget.of(*part).get()).sum();
            prop_assert_eq!(budget.safety().get(), total - parts);
            prop_assert_eq!(budget.safety(), Budget::new(Bytes::new(total)).safety());
        }
    }
}
