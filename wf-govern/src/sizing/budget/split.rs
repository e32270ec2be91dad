//! Division of memory by percentages and by need, to the byte.

use std::array;

use super::part::Part;

/// Divides `total` by percentages that sum to 100.
///
/// Each full hundred of bytes is divided exactly; the remaining bytes fill the parts up to their
/// percentage in order. So the parts sum to `total`, each is less than 100 bytes from its share,
/// and none shrinks as `total` grows. (If each were rounded down and the last took the rest, the
/// last would shrink.)
pub(super) fn by_percent<const N: usize>(total: u64, percentages: [u64; N]) -> [u64; N] {
    let mut left = total % 100;
    percentages.map(|percent| {
        let remainder = left.min(percent);
        left -= remainder;
        total / 100 * percent + remainder
    })
}

/// Moves unused memory to the parts that use more than their share.
///
/// A part that uses less than its share gives the difference, down to its minimum. The amount moved
/// is all that is unused or all that is short, whichever is less. Each part gives in proportion to
/// its unused memory, and gets in proportion to its shortage.
pub(super) fn rebalance(shares: [u64; 4], used: [u64; 4]) -> [u64; 4] {
    let kept = |part: Part| minimum(part, shares[part as usize]).max(used[part as usize]);
    let spare = Part::ALL.map(|part| shares[part as usize].saturating_sub(kept(part)));
    let short = array::from_fn(|i| used[i].saturating_sub(shares[i]));
    let moved = sum(spare).min(sum(short));
    let (given, got) = (in_proportion(moved, spare), in_proportion(moved, short));
    array::from_fn(|i| shares[i] - given[i] + got[i])
}

/// Returns the memory that a part keeps even if it is unused: half of its share, rounded up; the
/// buffer keeps all.
///
/// Our choice. A part without memory could not start to grow, so its use would never show that it
/// needs its share back. The buffer is meant to be empty: parts that gave memory use it until the
/// next budget gives them their share back.
const fn minimum(part: Part, share: u64) -> u64 {
    match part {
        Part::Models | Part::Caches | Part::Runtime => share.div_ceil(2),
        Part::Buffer => share,
    }
}

/// Divides `amount`, at most the sum of `weights`, in proportion to them: exact in sum, and none
/// more than its weight.
///
/// Each in turn gets its part of the rest, rounded down, so that the last takes the remainder. Both
/// factors are below 2⁶⁴, as no more is moved than parts have: the product fits.
fn in_proportion(amount: u128, weights: [u64; 4]) -> [u64; 4] {
    let (mut left, mut weight_left) = (amount, sum(weights));
    weights.map(|weight| {
        let part = (left * u128::from(weight))
            .checked_div(weight_left)
            .unwrap_or(0);
        left -= part;
        weight_left -= u128::from(weight);
        u64::try_from(part).unwrap_or(weight)
    })
}

fn sum(parts: [u64; 4]) -> u128 {
    parts.into_iter().map(u128::from).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHARES: [u64; 4] = [600, 200, 150, 50];

    #[test]
    fn unused_memory_goes_to_parts_that_are_short() {
        for (why, used, sizes) in [
            (
                "all use their shares",
                [600, 200, 150, 50],
                [600, 200, 150, 50],
            ),
            ("none is short", [0, 0, 0, 0], [600, 200, 150, 50]),
            (
                "none has unused memory",
                [900, 300, 150, 50],
                [600, 200, 150, 50],
            ),
            ("one needs all", [900, 100, 75, 0], [775, 100, 75, 50]),
            ("one needs little", [635, 100, 75, 0], [635, 180, 135, 50]),
            ("minima hold", [9_000, 0, 0, 0], [775, 100, 75, 50]),
            (
                "a minimum in use",
                [9_000, 190, 150, 0],
                [610, 190, 150, 50],
            ),
            ("two are short", [300, 500, 150, 150], [300, 425, 150, 125]),
            (
                "the buffer gives nothing",
                [9_000, 200, 150, 0],
                [600, 200, 150, 50],
            ),
        ] {
            assert_eq!(rebalance(SHARES, used), sizes, "{why}");
        }
    }

    prop_compose! {
        /// Shares of a total of any magnitude.
        fn any_shares()(total: u64, by in 0_u32..64) -> [u64; 4] {
            super::super::Shares::default().split(total >> by).1
        }
    }

    /// From nothing to more than there is, and often near the share.
    fn any_use() -> impl Strategy<Value = [u64; 4]> {
        prop_oneof![
            any::<[u64; 4]>(),
            (any::<[u64; 4]>(), 0_u32..64).prop_map(|(used, by)| used.map(|used| used >> by)),
        ]
    }

    proptest! {
        #[test]
        fn rebalancing_loses_no_byte(shares in any_shares(), used in any_use()) {
            prop_assert_eq!(sum(rebalance(shares, used)), sum(shares));
        }

        #[test]
        fn no_part_falls_below_its_minimum_or_the_use_of_its_share(
            shares in any_shares(), used in any_use(),
        ) {
            let sizes = rebalance(shares, used);
            for part in Part::ALL {
                let i = part as usize;
                prop_assert!(sizes[i] >= minimum(part, shares[i]));
                prop_assert!(sizes[i] >= used[i].min(shares[i]));
            }
        }

        #[test]
        fn no_part_gets_more_than_its_shortage(shares in any_shares(), used in any_use()) {
            let sizes = rebalance(shares, used);
            prop_assert!((0..4).all(|i| sizes[i] <= used[i].max(shares[i])));
        }

        #[test]
        fn parts_get_in_proportion_to_their_shortage(
            spare in 0_u64..1 << 40, models in 1_u64..1 << 40, caches in 1_u64..1 << 40,
        ) {
            let shares = [1 << 42, 1 << 42, 1 << 41, 0];
            let used = [shares[0] + models, shares[1] + caches, shares[2] - spare, 0];
            let sizes = rebalance(shares, used);
            let got = [sizes[0] - shares[0], sizes[1] - shares[1]].map(u128::from);
            let (by_models, by_caches) = (got[0] * u128::from(caches), got[1] * u128::from(models));
            prop_assert!(by_models.abs_diff(by_caches) <= u128::from(models + caches));
        }

        #[test]
        fn a_small_change_of_use_is_a_small_change_of_every_size(
            shares in any_shares(), parts: [u8; 4], which in 0_usize..4, step: u8,
        ) {
            // From nothing to twice the share, and a step of at most an eighth of it.
            let used: [u64; 4] =
                array::from_fn(|i| (shares[i] / 128).saturating_mul(u64::from(parts[i])));
            let step = shares[which] / 2048 * u64::from(step);
            let mut later = used;
            later[which] = used[which].saturating_add(step);
            let (before, after) = (rebalance(shares, used), rebalance(shares, later));
            let small = |i: usize| before[i].abs_diff(after[i]) <= step + 4;
            prop_assert!((0..4).all(small), "{before:?} {after:?}");
        }
    }
}
