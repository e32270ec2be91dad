//! Tests of the choice of a batch size, and of what is said about it.

use crate::number::to_f64;
use proptest::prelude::*;

use super::*;

const MIB: u64 = 1 << 20;

fn measured(points: &[(u64, f64)]) -> Vec<Measured> {
    let point = |&(size, tokens_per_second)| Measured {
        size,
        tokens_per_second,
    };
    points.iter().map(point).collect()
}

/// All of `fit` sequences fit, and not one more.
fn room_for(fit: u64) -> Sizing {
    Sizing {
        spare: 0.0,
        ..Sizing::new(Bytes::new(fit * MIB + MIB - 1), Bytes::new(MIB))
    }
}

const FLAT_FROM_4: [(u64, f64); 4] = [(1, 100.0), (2, 180.0), (4, 300.0), (8, 310.0)];
const STILL_STEEP: [(u64, f64); 3] = [(1, 100.0), (2, 180.0), (4, 300.0)];

#[test]
fn the_size_is_bound_by_memory_or_gain_or_the_end_of_evidence() {
    use BoundBy::{Gain, Measured, Memory};
    for (fit, points, size, bound_by) in [
        (0, &STILL_STEEP[..], 0, Memory),
        (0, &[], 0, Memory),
        (1, &[], 1, Measured),
        (100, &[], 1, Measured),
        (100, &[(1, 100.0)], 2, Measured),
        (1, &[(1, 100.0)], 1, Memory),
        (100, &STILL_STEEP, 8, Measured),
        (8, &STILL_STEEP, 8, Measured),
        (7, &STILL_STEEP, 7, Memory),
        (3, &STILL_STEEP, 3, Memory),
        (100, &FLAT_FROM_4, 4, Gain),
        (4, &FLAT_FROM_4, 4, Gain),
        (3, &FLAT_FROM_4, 3, Memory),
        (100, &[(u64::MAX, 1.0)], 100, Memory),
        (100, &[(1, f64::NAN), (0, 7.0)], 1, Measured),
    ] {
        let choice = room_for(fit).choose(&measured(points));
        assert_eq!(
            (choice.size, choice.bound_by),
            (size, bound_by),
            "{fit} fit, {points:?}"
        );
        assert_eq!(choice.memory_allows, fit);
    }
}

#[test]
fn what_stays_free_is_not_used() {
    for (spare, allowed) in [
        (0.0, 100),
        (0.15, 85),
        (0.5, 50),
        (1.0, 0),
        (f64::NAN, 85),
        (-0.1, 85),
        (1.1, 85),
        (f64::INFINITY, 85),
    ] {
        let sizing = Sizing {
            spare,
            ..Sizing::new(Bytes::new(100 * MIB), Bytes::new(MIB))
        };
        assert_eq!(sizing.choose(&[]).memory_allows, allowed, "{spare}");
    }
}

#[test]
fn a_footprint_of_nothing_leaves_the_choice_to_the_measurements() {
    let unknown = Sizing::new(Bytes::new(0), Bytes::new(0));
    assert_eq!(unknown.choose(&[]).size, 1);
    assert_eq!(unknown.choose(&measured(&FLAT_FROM_4)).size, 4);
    assert_eq!(
        unknown.choose(&measured(&STILL_STEEP)).memory_allows,
        u64::MAX
    );
}

#[test]
fn what_a_sequence_has_to_bring_may_be_set() {
    for (worth, size) in [
        (0.0, 16),
        (0.02, 16),
        (0.7, 2),
        (1.0, 1),
        (f64::NAN, 4),
        (7.0, 4),
    ] {
        let sizing = Sizing {
            worth,
            ..room_for(100)
        };
        assert_eq!(sizing.choose(&measured(&FLAT_FROM_4)).size, size, "{worth}");
    }
}

#[test]
fn following_its_advice_finds_the_knee_in_a_few_steps() {
    let throughput = |size: u64| to_f64(size) / (0.02 + 0.001 * to_f64(size));
    let mut points = Vec::new();
    let sizes: Vec<u64> = (0..8)
        .map(|_| {
            let size = room_for(1000).choose(&measured(&points)).size;
            points.push((size, throughput(size)));
            size
        })
        .collect();
    assert_eq!(sizes, [1, 2, 4, 8, 16, 32, 64, 32]);
    assert_eq!(
        room_for(1000).choose(&measured(&points)).bound_by,
        BoundBy::Gain
    );
}

#[test]
fn the_explanation_says_what_bounds_the_size_with_its_numbers() {
    let memory = "memory allows 17, as a sequence takes 100 MiB and of 2 GiB free 1.7 GiB may be used (15 % stay free)";
    let sizing = Sizing::new(Bytes::new(2 << 30), Bytes::new(100 * MIB));
    let told = |points: &[(u64, f64)]| sizing.choose(&measured(points)).explain();
    for (points, why) in [
        (
            &[][..],
            format!("a batch of 1, to measure first: no usable measurement is there; {memory}"),
        ),
        (
            &STILL_STEEP,
            format!(
                "a batch of 8, to measure next: up to 4, the largest size measured, each sequence was worth it; {memory}"
            ),
        ),
        (
            &FLAT_FROM_4,
            format!(
                "a batch of 4, by gain: from there to 8 each sequence adds 2.5 tokens/s, less than 10 % of the 100 that each of the first \
                 brings; {memory}"
            ),
        ),
        (
            &[(32, 100.0)],
            format!("a batch of 17, by memory: {memory}"),
        ),
    ] {
        assert_eq!(told(points), why);
    }
}

#[test]
fn where_not_one_sequence_fits_the_explanation_says_what_is_missing() {
    let sizing = Sizing::new(Bytes::new(100 * MIB), Bytes::new(100 * MIB));
    let choice = sizing.choose(&measured(&FLAT_FROM_4));
    assert_eq!(choice.size, 0);
    assert_eq!(
        choice.explain(),
        "no batch: memory allows 0, as a sequence takes 100 MiB and of 100 MiB free 85 MiB may be used (15 % stay free); 15 MiB are \
         missing for a first sequence"
    );
    let unknown = Sizing::new(Bytes::new(0), Bytes::new(0))
        .choose(&[])
        .explain();
    assert!(
        unknown.contains("memory sets no bound, since no footprint"),
        "{unknown}"
    );
}

fn any_share() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0_f64..=1.0]
}

fn any_bytes() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0_u32..64).prop_map(|(bytes, by)| bytes >> by)
}

fn any_measured() -> impl Strategy<Value = Vec<Measured>> {
    let tokens = prop_oneof![any::<f64>(), 0.0_f64..1e4, Just(f64::MAX)];
    let point = (any_bytes(), tokens).prop_map(|(size, tokens_per_second)| Measured {
        size,
        tokens_per_second,
    });
    prop::collection::vec(point, 0..24)
}

prop_compose! {
    fn any_sizing()(free in any_bytes(), per_sequence in any_bytes(), spare in any_share(), worth in any_share()) -> Sizing {
        Sizing { free: Bytes::new(free), per_sequence: Bytes::new(per_sequence), spare, worth }
    }
}

proptest! {
    #[test]
    fn no_batch_exceeds_memory_or_twice_what_is_measured(sizing in any_sizing(), measured in any_measured()) {
        let choice = sizing.choose(&measured);
        let held = u128::from(choice.size) * u128::from(sizing.per_sequence.get());
        let largest = measured.iter().map(|point| point.size).max().unwrap_or(0);
        prop_assert!(held <= u128::from(sizing.free.get()) && choice.size <= choice.memory_allows);
        prop_assert!(choice.size <= largest.saturating_mul(2).max(1));
    }

    #[test]
    fn whatever_is_asked_the_explanation_has_its_numbers(sizing in any_sizing(), measured in any_measured()) {
        let told = sizing.choose(&measured).explain();
        prop_assert!(!told.contains("NaN") && !told.contains("inf"), "{told}");
    }

    #[test]
    fn more_memory_is_never_a_smaller_batch(sizing in any_sizing(), measured in any_measured(), more in any_bytes()) {
        let free = Bytes::new(sizing.free.get().saturating_add(more));
        let larger = Sizing { free, ..sizing }.choose(&measured);
        prop_assert!(larger.size >= sizing.choose(&measured).size);
    }

    #[test]
    fn a_larger_footprint_is_never_a_larger_batch(sizing in any_sizing(), measured in any_measured(), more in any_bytes()) {
        prop_assume!(sizing.per_sequence > Bytes::new(0));
        let per_sequence = Bytes::new(sizing.per_sequence.get().saturating_add(more));
        let heavier = Sizing { per_sequence, ..sizing }.choose(&measured);
        prop_assert!(heavier.size <= sizing.choose(&measured).size);
    }

    #[test]
    fn the_order_of_measurements_does_not_matter(sizing in any_sizing(), measured in any_measured()) {
        let backwards: Vec<Measured> = measured.iter().rev().copied().collect();
        prop_assert_eq!(sizing.choose(&measured).size, sizing.choose(&backwards).size);
    }
}

#[test]
fn a_share_of_a_budget_is_used_whole() {
    let (share, sequence) = (Bytes::new(1000), Bytes::new(100));
    assert_eq!(
        Sizing::within(share, sequence).choose(&[]).memory_allows,
        10
    );
    assert_eq!(Sizing::new(share, sequence).choose(&[]).memory_allows, 8);
}
