//! Room that one part does not use goes to those that are short of it.

use std::array;

use super::Part;

/// What each part may hold, from its own share and what all of them use.
///
/// A part with less in use than its share lends the difference, down to its floor; one with more in use is short of the difference. What is
/// lent is all that is spare or all that is short, whichever is less; each lender gives in proportion to what it has to spare,
/// and each borrower gets in proportion to what it is short of.
///
/// It starts from the parts' own shares each time and keeps no memory of what was lent before, so the same use always gives the same
/// answer, and a part that wants its share back has it at once. A byte more or less in use moves no part by more than that
/// byte (and the rounding of three divisions).
pub(super) fn lend(home: [u64; 4], used: [u64; 4]) -> [u64; 4] {
    let kept = |part: Part| part.floor(home[part as usize]).max(used[part as usize]);
    let spare = Part::ALL.map(|part| home[part as usize].saturating_sub(kept(part)));
    let short = array::from_fn(|i| used[i].saturating_sub(home[i]));
    let moved = sum(spare).min(sum(short));
    let (given, got) = (spread(moved, spare), spread(moved, short));
    array::from_fn(|i| home[i] - given[i] + got[i])
}

/// `amount`, at most the sum of `weights`, in proportion to them: exact in sum, and to none more than its weight.
///
/// Each in turn gets its part of what is left, rounded down, so that the last one takes the rest. Both factors are below 2⁶⁴ as no more is
/// moved than lenders have: the product fits.
fn spread(amount: u128, weights: [u64; 4]) -> [u64; 4] {
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

    const HOME: [u64; 4] = [600, 200, 150, 50];

    #[test]
    fn room_goes_from_those_that_have_it_to_those_that_are_short() {
        for (why, used, sizes) in [
            ("all content", [600, 200, 150, 50], [600, 200, 150, 50]),
            ("nobody is short", [0, 0, 0, 0], [600, 200, 150, 50]),
            ("nobody has room", [900, 300, 150, 50], [600, 200, 150, 50]),
            ("one wants all", [900, 100, 75, 0], [775, 100, 75, 50]),
            ("one wants little", [635, 100, 75, 0], [635, 180, 135, 50]),
            ("floors hold", [9_000, 0, 0, 0], [775, 100, 75, 50]),
            ("a floor in use", [9_000, 190, 150, 0], [610, 190, 150, 50]),
            ("two are short", [300, 500, 150, 150], [300, 425, 150, 125]),
            (
                "the buffer is not idle",
                [9_000, 200, 150, 0],
                [600, 200, 150, 50],
            ),
        ] {
            assert_eq!(lend(HOME, used), sizes, "{why}");
        }
    }

    prop_compose! {
        /// Shares of a total of any magnitude.
        fn any_home()(total: u64, by in 0_u32..64) -> [u64; 4] {
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
        fn lending_loses_no_byte(home in any_home(), used in any_use()) {
            prop_assert_eq!(sum(lend(home, used)), sum(home));
        }

        #[test]
        fn nobody_falls_below_its_floor_or_below_what_it_uses_of_its_share(home in any_home(), used in any_use()) {
            let sizes = lend(home, used);
            for part in Part::ALL {
                let i = part as usize;
                prop_assert!(sizes[i] >= part.floor(home[i]) && sizes[i] >= used[i].min(home[i]));
            }
        }

        #[test]
        fn nobody_borrows_more_than_it_is_short_of(home in any_home(), used in any_use()) {
            let sizes = lend(home, used);
            prop_assert!((0..4).all(|i| sizes[i] <= used[i].max(home[i])));
        }

        #[test]
        fn borrowers_get_in_proportion_to_what_they_are_short_of(
            spare in 0_u64..1 << 40, models in 1_u64..1 << 40, caches in 1_u64..1 << 40,
        ) {
            let home = [1 << 42, 1 << 42, 1 << 41, 0];
            let sizes = lend(home, [home[0] + models, home[1] + caches, home[2] - spare, 0]);
            let got = [sizes[0] - home[0], sizes[1] - home[1]].map(u128::from);
            let (by_models, by_caches) = (got[0] * u128::from(caches), got[1] * u128::from(models));
            prop_assert!(by_models.abs_diff(by_caches) <= u128::from(models + caches));
        }

        #[test]
        fn a_small_change_of_use_is_a_small_change_of_every_size(
            home in any_home(), parts: [u8; 4], which in 0_usize..4, step: u8,
        ) {
            // From nothing to twice the share, and a step of at most an eighth of it.
            let used: [u64; 4] = array::from_fn(|i| (home[i] / 128).saturating_mul(u64::from(parts[i])));
            let step = home[which] / 2048 * u64::from(step);
            let mut later = used;
            later[which] = used[which].saturating_add(step);
            let (before, after) = (lend(home, used), lend(home, later));
            prop_assert!((0..4).all(|i| before[i].abs_diff(after[i]) <= step + 4), "{before:?} {after:?}");
        }
    }
}
