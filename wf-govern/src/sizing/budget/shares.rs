//! Which share of the memory each part gets.

use super::Part;
use crate::sizing::tier::Tier;

/// The shares of what is not safety margin, in percent; their sum is 100.
///
/// ```
/// use wf_govern::sizing::budget::{Part, Shares};
///
/// assert_eq!(Shares::default().percent(Part::Models), 60);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares([u64; 4]);

impl Shares {
    /// Shares shifted by tier: for those who ask for them, since every tier's are the
    /// [default](Self::default) otherwise.
    ///
    /// The mid tier's are not shifted. For the others we move 10 and 5 points between models and
    /// caches, by what the default gives the mid tier's four requests at its edge of 15 GiB: 0.64
    /// GiB of cache each, which is 5,000 tokens of a model with 8 billion parameters (32 layers · 8
    /// heads · 128 dimensions · 2 bytes, for keys and for values: 128 KiB a token).
    ///
    /// - low, 70 % models and 10 % caches: one request at a time needs one cache, 0.68 GiB on 8 GiB; and its one model of 4 GB then
    ///   fits from 6.3 GiB on, where 60 % would take 7.3.
    /// - high, 65 % models and 15 % caches: eight requests have 0.7 GiB each at its edge of 44 GiB. Six models of 4 GB fill 60 % of that
    ///   edge to the last 0.1 GiB; this leaves room for one that is larger.
    #[must_use]
    pub const fn of(tier: Tier) -> Self {
        match tier {
            Tier::Low => Self([70, 10, 15, 5]),
            Tier::Mid => Self([60, 20, 15, 5]),
            Tier::High => Self([65, 15, 15, 5]),
        }
    }

    /// A part's share, in percent.
    #[must_use]
    pub const fn percent(&self, part: Part) -> u64 {
        self.0[part as usize]
    }

    /// `total` shared out: the safety margin, then the parts.
    pub(super) fn split(self, total: u64) -> (u64, [u64; 4]) {
        let [safety, rest] = deal(total, [SAFETY, 100 - SAFETY]);
        (safety, deal(rest, self.0))
    }
}

impl Default for Shares {
    /// 60 % models, 20 % caches, 15 % runtime, 5 % buffer.
    fn default() -> Self {
        Self::of(Tier::Mid)
    }
}

/// What stays free, in percent of all: for what the parts do not count, such as fragments between allocations and pages that the kernel
/// has yet to take back.
pub(crate) const SAFETY: u64 = 15;

/// `total` in parts of these percentages, which sum to 100.
///
/// Each full hundred of bytes is shared out exactly; the bytes beyond fill the parts up to their percentage in order. So the parts sum to
/// `total`, each is less than 100 bytes from its share, and none shrinks as `total` grows. Rounding each down and giving the rest to the
/// last would let that one shrink.
fn deal<const N: usize>(total: u64, percentages: [u64; N]) -> [u64; N] {
    let mut left = total % 100;
    percentages.map(|percent| {
        let beyond = left.min(percent);
        left -= beyond;
        total / 100 * percent + beyond
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_tier_shares_out_all_of_it_and_moves_only_models_and_caches() {
        for (tier, models, caches) in [
            (Tier::Low, 70, 10),
            (Tier::Mid, 60, 20),
            (Tier::High, 65, 15),
        ] {
            let percent = Part::ALL.map(|part| Shares::of(tier).percent(part));
            assert_eq!(percent, [models, caches, 15, 5], "{tier}");
            assert_eq!(percent.iter().sum::<u64>(), 100, "{tier}");
        }
    }

    #[test]
    fn at_its_edge_every_tier_has_room_for_its_models() {
        const MODEL: u64 = 4_000_000_000;
        for tier in [Tier::Mid, Tier::High] {
            let (_, [models, ..]) = Shares::of(tier).split(tier.memory_needed().get());
            assert!(models >= tier.models() * MODEL, "{tier}: {models}");
        }
    }

    #[test]
    fn the_bytes_beyond_a_full_hundred_fill_the_parts_in_order() {
        for (total, parts) in [
            (0, [0, 0, 0, 0]),
            (1, [1, 0, 0, 0]),
            (60, [60, 0, 0, 0]),
            (61, [60, 1, 0, 0]),
            (99, [60, 20, 15, 4]),
            (100, [60, 20, 15, 5]),
            (199, [120, 40, 30, 9]),
        ] {
            assert_eq!(deal(total, [60, 20, 15, 5]), parts, "{total} bytes");
        }
    }

    fn any_tier() -> impl Strategy<Value = Tier> {
        prop::sample::select(vec![Tier::Low, Tier::Mid, Tier::High])
    }

    proptest! {
        #[test]
        fn every_byte_is_accounted_for(total: u64, tier in any_tier()) {
            let (safety, parts) = Shares::of(tier).split(total);
            let sum = parts.iter().fold(u128::from(safety), |sum, part| sum + u128::from(*part));
            prop_assert_eq!(sum, u128::from(total));
        }

        #[test]
        fn every_share_is_within_a_hundred_bytes_of_its_percentage(total: u64, tier in any_tier()) {
            let (safety, parts) = Shares::of(tier).split(total);
            let hundredth = |n: u64, percent: u64| u128::from(n) * u128::from(percent);
            prop_assert!((u128::from(safety) * 100).abs_diff(hundredth(total, 15)) < 100 * 100);
            for part in Part::ALL {
                let exact = hundredth(total - safety, Shares::of(tier).percent(part));
                prop_assert!((u128::from(parts[part as usize]) * 100).abs_diff(exact) < 100 * 100);
            }
        }

        #[test]
        fn more_memory_is_never_a_smaller_share(total: u64, step in 0_u64..300, tier in any_tier()) {
            let (safety, parts) = Shares::of(tier).split(total);
            let (more_safety, more_parts) = Shares::of(tier).split(total.saturating_add(step));
            prop_assert!(more_safety >= safety);
            prop_assert!(parts.iter().zip(more_parts).all(|(less, more)| *less <= more));
        }
    }
}
