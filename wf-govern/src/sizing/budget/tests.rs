use proptest::prelude::*;

use super::*;

#[test]
fn the_parts_and_the_safety_margin_sum_to_the_total() {
    for total in [0, 1, 99, 100, 101, 16 << 30, u64::MAX - 1, u64::MAX] {
        let budget = Budget::new(Bytes::new(total));
        let parts: u64 = Part::ALL.iter().map(|part| budget.of(*part).get()).sum();
        assert_eq!(budget.safety().get() + parts, total);
    }
}

#[test]
fn a_part_is_below_its_budget_or_in_excess_of_it() {
    let budget = Budget::new(Bytes::new(10_000));
    for (used, available, excess) in [(0, 5_100, 0), (5_100, 0, 0), (6_000, 0, 900)] {
        let models = Bytes::new(used);
        let used = Parts {
            models,
            ..Parts::default()
        };
        let found = [
            budget.available(Part::Models, &used),
            budget.excess(Part::Models, &used),
        ];
        assert_eq!(found.map(Bytes::get), [available, excess], "{used:?}");
    }
}

#[test]
fn a_budget_is_shown_with_every_part() {
    let gib = |n: u64| Bytes::new(n << 30);
    let budget = Budget::new(gib(100));
    assert_eq!(
        budget.to_string(),
        "100 GiB: 15 GiB stay free, models 51 GiB, caches 17 GiB, runtime 12.7 GiB, buffer 4.2 GiB"
    );
    let used = Parts {
        models: gib(30),
        caches: gib(25),
        runtime: gib(13),
        buffer: gib(0),
    };
    assert_eq!(
        budget.rebalanced(&used).to_string(),
        "100 GiB: 15 GiB stay free, models 42.8 GiB, caches 25 GiB, runtime 13 GiB, buffer 4.2 GiB"
    );
}

#[test]
fn every_tier_divides_all_memory_and_shifts_only_models_and_caches() {
    for (tier, models, caches) in [
        (Tier::Low, 70, 10),
        (Tier::Mid, 60, 20),
        (Tier::High, 65, 15),
    ] {
        let percent = Part::ALL.map(|part| Shares::for_tier(tier).percent(part));
        assert_eq!(percent, [models, caches, 15, 5], "{tier}");
        assert_eq!(percent.iter().sum::<u64>(), 100, "{tier}");
    }
}

#[test]
fn the_minimum_memory_of_a_tier_holds_its_models() {
    const MODEL: u64 = 4_000_000_000;
    for tier in [Tier::Mid, Tier::High] {
        let (_, [models, ..]) = Shares::for_tier(tier).split(tier.min_memory().get());
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
        let split = split::by_percent(total, [60, 20, 15, 5]);
        assert_eq!(split, parts, "{total} bytes");
    }
}

fn any_tier() -> impl Strategy<Value = Tier> {
    prop::sample::select(vec![Tier::Low, Tier::Mid, Tier::High])
}

fn any_parts() -> impl Strategy<Value = Parts> {
    any::<[u64; 4]>().prop_map(Parts::from_array)
}

proptest! {
    #[test]
    fn earlier_use_does_not_matter(total: u64, earlier in any_parts(), used in any_parts()) {
        let budget = Budget::new(Bytes::new(total));
        let once = budget.rebalanced(&used);
        prop_assert_eq!(once.rebalanced(&used), once);
        prop_assert_eq!(budget.rebalanced(&earlier).rebalanced(&used), once);
        prop_assert_eq!(once.rebalanced(&Parts::default()), budget);
    }

    #[test]
    fn the_safety_margin_never_moves(total: u64, used in any_parts()) {
        let budget = Budget::new(Bytes::new(total)).rebalanced(&used);
        let parts: u64 = Part::ALL.iter().map(|part| budget.of(*part).get()).sum();
        prop_assert_eq!(budget.safety().get(), total - parts);
        prop_assert_eq!(budget.safety(), Budget::new(Bytes::new(total)).safety());
    }

    #[test]
    fn every_byte_is_in_the_margin_or_in_a_part(total: u64, tier in any_tier()) {
        let (safety, parts) = Shares::for_tier(tier).split(total);
        let sum = parts.iter().fold(u128::from(safety), |sum, part| sum + u128::from(*part));
        prop_assert_eq!(sum, u128::from(total));
    }

    #[test]
    fn every_part_is_within_a_hundred_bytes_of_its_percentage(total: u64, tier in any_tier()) {
        let (safety, parts) = Shares::for_tier(tier).split(total);
        let exact = |n: u64, percent: u64| u128::from(n) * u128::from(percent);
        let hundredfold = |n: u64| u128::from(n) * 100;
        prop_assert!(hundredfold(safety).abs_diff(exact(total, 15)) < 100 * 100);
        for part in Part::ALL {
            let exact = exact(total - safety, Shares::for_tier(tier).percent(part));
            prop_assert!(hundredfold(parts[part as usize]).abs_diff(exact) < 100 * 100);
        }
    }

    #[test]
    fn more_memory_is_never_a_smaller_part(total: u64, step in 0_u64..300, tier in any_tier()) {
        let (safety, parts) = Shares::for_tier(tier).split(total);
        let (more_safety, more) = Shares::for_tier(tier).split(total.saturating_add(step));
        prop_assert!(more_safety >= safety);
        prop_assert!(parts.iter().zip(more).all(|(less, more)| *less <= more));
    }
}
