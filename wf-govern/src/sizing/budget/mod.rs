//! Budgets of memory: a safety margin, models, caches, runtime and buffer.
//!
//! 15 % stay free, as a safety margin. Of the rest, models get 60 %, caches 20 %, the runtime 15 %
//! and the buffer 5 %, whatever the tier; other [`Shares`] are set by
//! [`Budget::with_shares`], and [`Budget::rebalanced`] moves memory between parts by use. Main
//! memory and the memory of each GPU are separate budgets: neither can hold what belongs in the
//! other.

mod part;
mod split;

use std::fmt;

use wf_instrument::Bytes;

pub use self::part::{Part, Parts};
use super::Tier;

/// The memory that each part may hold.
///
/// The parts and the safety margin sum to the total. Plain numbers: no memory is reserved or
/// withheld. `Copy`; only `Display` allocates.
///
/// ```
/// use wf_govern::sizing::{Budget, Part, Parts};
/// use wf_instrument::Bytes;
///
/// let gb = |n: u64| Bytes::new(n * 1_000_000_000);
/// let budget = Budget::new(gb(100));
/// assert_eq!(budget.safety(), gb(15));
/// assert_eq!(budget.of(Part::Models), gb(51));
///
/// let runtime = budget.of(Part::Runtime);
/// let used = Parts { models: gb(30), caches: gb(25), runtime, ..Parts::default() };
/// let now = budget.rebalanced(&used);
/// assert_eq!(now.of(Part::Caches), gb(25));
/// assert_eq!(now.of(Part::Models), gb(43));
/// assert_eq!(now.available(Part::Models, &used), gb(13));
/// assert_eq!(budget.excess(Part::Caches, &used), gb(8));
/// assert_eq!(now.safety(), gb(15));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Budget {
    total: Bytes,
    safety: Bytes,
    parts: Parts,
    #[cfg_attr(feature = "serde", serde(skip))]
    shares: Shares,
}

impl Budget {
    /// Divides the memory that the process may use by the default shares.
    ///
    /// `total` is the limit of the container if there is one, not the memory of the host.
    #[must_use]
    pub fn new(total: Bytes) -> Self {
        Self::with_shares(total, Shares::default())
    }

    /// Divides the memory that the process may use by other shares.
    #[must_use]
    pub fn with_shares(total: Bytes, shares: Shares) -> Self {
        let (safety, parts) = shares.split(total.get());
        Self {
            total,
            safety: Bytes::new(safety),
            parts: Parts::from_array(parts),
            shares,
        }
    }

    /// Returns the memory that the process may use.
    #[must_use]
    pub const fn total(&self) -> Bytes {
        self.total
    }

    /// Returns the safety margin that stays free: 15 % of the total, rounded up.
    #[must_use]
    pub const fn safety(&self) -> Bytes {
        self.safety
    }

    /// Returns the memory that this part may hold.
    #[must_use]
    pub const fn of(&self, part: Part) -> Bytes {
        self.parts.of(part)
    }

    /// Returns the memory that this part may still take.
    #[must_use]
    pub const fn available(&self, part: Part, used: &Parts) -> Bytes {
        Bytes::new(self.of(part).get().saturating_sub(used.of(part).get()))
    }

    /// Returns the memory that this part has to free: its use beyond its budget.
    #[must_use]
    pub const fn excess(&self, part: Part, used: &Parts) -> Bytes {
        Bytes::new(used.of(part).get().saturating_sub(self.of(part).get()))
    }

    /// Moves unused memory to the parts that use more than their share.
    ///
    /// Parts give in proportion to their unused memory, and get in proportion to their shortage.
    /// Each part keeps half of its share even if it is unused, so that it can start to grow. The
    /// buffer keeps all of it, since its purpose is to be empty. The safety margin never moves.
    ///
    /// The result depends on the shares and `used` alone, not on earlier results: a part that uses
    /// its share again has it back at once, and the others are then in
    /// [excess](Self::excess). A byte more in use changes no part by more than that byte and four
    /// bytes of rounding.
    #[must_use]
    pub fn rebalanced(&self, used: &Parts) -> Self {
        let (_, shares) = self.shares.split(self.total.get());
        Self {
            parts: Parts::from_array(split::rebalance(shares, used.to_array())),
            ..*self
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} stay free", self.total, self.safety)?;
        for part in Part::ALL {
            write!(f, ", {} {}", part.as_str(), self.of(part))?;
        }
        Ok(())
    }
}

/// The share of each part in percent of the memory without the safety margin.
///
/// The sum is 100.
///
/// ```
/// use wf_govern::sizing::{Part, Shares};
///
/// assert_eq!(Shares::default().percent(Part::Models), 60);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares([u64; 4]);

impl Shares {
    /// Returns shares that are shifted by tier.
    ///
    /// A [`Profile`](super::Profile) uses the [default](Self::default) for each tier. The shares of
    /// the mid tier are not shifted. The others shift 10 and 5 points between models and caches.
    /// The reference is the cache that the default gives each of the four requests of the mid tier
    /// at its minimum of 15 GiB: 0.64 GiB, which are 5,000 tokens of a model of 8 billion
    /// parameters (32 layers · 8 heads · 128 dimensions · 2 bytes, for keys and for values: 128 KiB
    /// a token).
    ///
    /// - low, 70 % models and 10 % caches: one request at a time needs one cache, 0.68 GiB of
    ///   8 GiB. Its one model of 4 GB then fits from 6.3 GiB on, where 60 % would take 7.3.
    /// - high, 65 % models and 15 % caches: eight requests have 0.7 GiB each at its minimum of
    ///   44 GiB. Six models of 4 GB fill 60 % of that to the last 0.1 GiB; 65 % leave room for a
    ///   larger one.
    #[must_use]
    pub const fn for_tier(tier: Tier) -> Self {
        match tier {
            Tier::Low => Self([70, 10, 15, 5]),
            Tier::Mid => Self([60, 20, 15, 5]),
            Tier::High => Self([65, 15, 15, 5]),
        }
    }

    /// Returns the share of a part, in percent.
    #[must_use]
    pub const fn percent(&self, part: Part) -> u64 {
        self.0[part as usize]
    }

    /// Divides `total` into the safety margin and the parts.
    fn split(self, total: u64) -> (u64, [u64; 4]) {
        let [safety, rest] = split::by_percent(total, [SAFETY, 100 - SAFETY]);
        (safety, split::by_percent(rest, self.0))
    }
}

impl Default for Shares {
    /// 60 % models, 20 % caches, 15 % runtime, 5 % buffer.
    fn default() -> Self {
        Self::for_tier(Tier::Mid)
    }
}

/// The safety margin in percent: for memory that the parts do not count, such as fragments between
/// allocations and pages that the kernel has not taken back yet.
pub(super) const SAFETY: u64 = 15;

#[cfg(test)]
mod tests;
