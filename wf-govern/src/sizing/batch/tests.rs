use crate::number::to_f64;
use proptest::prelude::*;

use super::*;

const MIB: u64 = 1 << 20;

fn measured(points: &[(u64, f64)]) -> Vec<Measurement> {
    let point = |&(size, tokens_per_second)| Measurement {
        size,
        tokens_per_second,
    };
    points.iter().map(point).collect()
}

/// Memory for `fit` sequences, and not one more.
fn room_for(fit: u64) -> Sizing {
    Sizing {
        reserve: 0.0,
        ..Sizing::new(Bytes::new(fit * MIB + MIB - 1), Bytes::new(MIB))
    }
}

const FLAT_FROM_4: [(u64, f64); 4] = [(1, 100.0), (2, 180.0), (4, 300.0), (8, 310.0)];
const STILL_STEEP: [(u64, f64); 3] = [(1, 100.0), (2, 180.0), (4, 300.0)];

#[test]
fn the_size_is_bound_by_memory_or_gain_or_the_end_of_evidence() {
    use BoundBy::{Gain, Memory, Unmeasured};
    for (fit, points, size, bound_by) in [
        (0, &STILL_STEEP[..], 0, Memory),
        (0, &[], 0, Memory),
        (1, &[], 1, Unmeasured),
        (100, &[], 1, Unmeasured),
        (100, &[(1, 100.0)], 2, Unmeasured),
        (1, &[(1, 100.0)], 1, Memory),
        (100, &STILL_STEEP, 8, Unmeasured),
        (8, &STILL_STEEP, 8, Unmeasured),
        (7, &STILL_STEEP, 7, Memory),
        (3, &STILL_STEEP, 3, Memory),
        (100, &FLAT_FROM_4, 4, Gain),
        (4, &FLAT_FROM_4, 4, Gain),
        (3, &FLAT_FROM_4, 3, Memory),
        (100, &[(u64::MAX, 1.0)], 100, Memory),
        (100, &[(1, f64::NAN), (0, 7.0)], 1, Unmeasured),
    ] {
        let choice = room_for(fit).choose(&measured(points));
        assert_eq!(
            (choice.size, choice.bound_by),
            (size, bound_by),
            "{fit} fit, {points:?}"
        );
        assert_eq!(choice.max_by_memory, fit);
    }
}

#[test]
fn the_reserve_is_not_used() {
    for (reserve, allowed) in [
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
            reserve,
            ..Sizing::new(Bytes::new(100 * MIB), Bytes::new(MIB))
        };
        assert_eq!(sizing.choose(&[]).max_by_memory, allowed, "{reserve}");
    }
}

#[test]
fn without_the_memory_of_a_sequence_measurements_alone_decide() {
    let unknown = Sizing::new(Bytes::new(0), Bytes::new(0));
    assert_eq!(unknown.choose(&[]).size, 1);
    assert_eq!(unknown.choose(&measured(&FLAT_FROM_4)).size, 4);
    assert_eq!(
        unknown.choose(&measured(&STILL_STEEP)).max_by_memory,
        u64::MAX
    );
}

#[test]
fn the_minimum_gain_may_be_set() {
    for (min_gain, size) in [
        (0.0, 16),
        (0.02, 16),
        (0.7, 2),
        (1.0, 1),
        (f64::NAN, 4),
        (7.0, 4),
    ] {
        let sizing = Sizing {
            min_gain,
            ..room_for(100)
        };
        assert_eq!(
            sizing.choose(&measured(&FLAT_FROM_4)).size,
            size,
            "{min_gain}"
        );
    }
}

#[test]
fn running_each_chosen_size_finds_the_knee_in_a_few_steps() {
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
fn a_choice_is_shown_with_its_reason() {
    let sizing = Sizing::new(Bytes::new(2 << 30), Bytes::new(100 * MIB));
    for (points, shown) in [
        (&[][..], "1, to be measured next (memory allows 17)"),
        (&STILL_STEEP, "8, to be measured next (memory allows 17)"),
        (
            &FLAT_FROM_4,
            "4, limited by gain: the first sequence adds 100.0 tokens/s, each one up to 8 \
             only 2.5 (memory allows 17)",
        ),
        (&[(32, 100.0)], "17, limited by memory"),
    ] {
        assert_eq!(sizing.choose(&measured(points)).to_string(), shown);
    }
    assert_eq!(
        room_for(0).choose(&[]).to_string(),
        "0, no sequence fits into memory"
    );
    let unknown = Sizing::new(Bytes::new(0), Bytes::new(0)).choose(&[]);
    assert_eq!(
        unknown.to_string(),
        "1, to be measured next (memory sets no bound)"
    );
}

fn any_share() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0_f64..=1.0]
}

fn any_bytes() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0_u32..64).prop_map(|(bytes, by)| bytes >> by)
}

fn any_measured() -> impl Strategy<Value = Vec<Measurement>> {
    let tokens = prop_oneof![any::<f64>(), 0.0_f64..1e4, Just(f64::MAX)];
    let point = (any_bytes(), tokens).prop_map(|(size, tokens_per_second)| Measurement {
        size,
        tokens_per_second,
    });
    prop::collection::vec(point, 0..24)
}

prop_compose! {
    fn any_sizing()(
        free in any_bytes(),
        per_sequence in any_bytes(),
        reserve in any_share(),
        min_gain in any_share(),
    ) -> Sizing {
        Sizing { free: Bytes::new(free), per_sequence: Bytes::new(per_sequence), reserve, min_gain }
    }
}

proptest! {
    #[test]
    fn no_batch_exceeds_memory_or_twice_what_is_measured(
        sizing in any_sizing(), measured in any_measured(),
    ) {
        let choice = sizing.choose(&measured);
        let held = u128::from(choice.size) * u128::from(sizing.per_sequence.get());
        let largest = measured.iter().map(|point| point.size).max().unwrap_or(0);
        prop_assert!(held <= u128::from(sizing.free.get()) && choice.size <= choice.max_by_memory);
        prop_assert!(choice.size <= largest.saturating_mul(2).max(1));
    }

    #[test]
    fn a_choice_is_always_shown_with_finite_numbers(
        sizing in any_sizing(), measured in any_measured(),
    ) {
        let shown = sizing.choose(&measured).to_string();
        prop_assert!(!shown.contains("NaN") && !shown.contains("inf"), "{shown}");
    }

    #[test]
    fn more_memory_is_never_a_smaller_batch(
        sizing in any_sizing(), measured in any_measured(), more in any_bytes(),
    ) {
        let free = Bytes::new(sizing.free.get().saturating_add(more));
        let larger = Sizing { free, ..sizing }.choose(&measured);
        prop_assert!(larger.size >= sizing.choose(&measured).size);
    }

    #[test]
    fn a_larger_sequence_is_never_a_larger_batch(
        sizing in any_sizing(), measured in any_measured(), more in any_bytes(),
    ) {
        prop_assume!(sizing.per_sequence > Bytes::new(0));
        let per_sequence = Bytes::new(sizing.per_sequence.get().saturating_add(more));
        let heavier = Sizing { per_sequence, ..sizing }.choose(&measured);
        prop_assert!(heavier.size <= sizing.choose(&measured).size);
    }

    #[test]
    fn the_order_of_measurements_does_not_matter(
        sizing in any_sizing(), measured in any_measured(),
    ) {
        let backwards: Vec<Measurement> = measured.iter().rev().copied().collect();
        prop_assert_eq!(sizing.choose(&measured).size, sizing.choose(&backwards).size);
    }
}

#[test]
fn without_a_reserve_all_memory_is_used() {
    let (share, sequence) = (Bytes::new(1000), Bytes::new(100));
    let (whole, reserved) = (
        Sizing {
            reserve: 0.0,
            ..Sizing::new(share, sequence)
        },
        Sizing::new(share, sequence),
    );
    assert_eq!(whole.choose(&[]).max_by_memory, 10);
    assert_eq!(reserved.choose(&[]).max_by_memory, 8);
}
