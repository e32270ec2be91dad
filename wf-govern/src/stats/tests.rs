use proptest::prelude::*;

use super::*;

fn pairs(log_ratio: f64, noise: f64, n: usize) -> Vec<f64> {
    let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
    (0..n).map(|i| log_ratio + noise * sign(i)).collect()
}

#[test]
fn a_large_clear_effect_is_accepted_at_the_first_test() {
    let three = sequential_test(&pairs(0.5, 0.01, 3));
    assert!(matches!(three, Verdict::Accept(_)));
    let two = sequential_test(&pairs(0.5, 0.01, 2));
    assert!(
        matches!(two, Verdict::Undecided(_)),
        "no test before three pairs"
    );
}

#[test]
fn a_real_effect_that_is_too_small_is_rejected() {
    let small = sequential_test(&pairs(0.05, 0.001, 3));
    assert!(matches!(small, Verdict::Reject(_)));
}

#[test]
fn a_noisy_effect_is_undecided_until_the_last_pair_and_then_rejected() {
    for n in 3..8 {
        let verdict = sequential_test(&pairs(0.11, 0.3, n));
        assert!(matches!(verdict, Verdict::Undecided(_)), "{n} pairs");
    }
    let last = sequential_test(&pairs(0.11, 0.3, 8));
    assert!(matches!(last, Verdict::Reject(_)));
}

#[test]
fn harm_is_rejected_at_the_first_test() {
    let harm = sequential_test(&pairs(-0.3, 0.01, 3));
    assert!(matches!(harm, Verdict::Reject(_)));
}

/// Independent values of a normal distribution, by the central limit theorem.
fn normal(seed: u64) -> impl Iterator<Item = f64> {
    let mut bits = seed;
    let mut uniform = move || {
        // xorshift64
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        f64::from(u32::try_from(bits >> 32).unwrap()) / f64::from(u32::MAX)
    };
    std::iter::repeat_with(move || (0..12).map(|_| uniform()).sum::<f64>() - 6.0)
}

#[test]
fn noise_alone_is_accepted_in_four_of_a_hundred_switchbacks_of_independent_pairs() {
    let mut noise = normal(1);
    let mut accepted = 0;
    for _ in 0..20_000 {
        // So large that the gain of 10 % that is required hides no false alarm.
        let pairs: Vec<f64> = noise.by_ref().map(|x| 100.0 * x).take(MOST_PAIRS).collect();
        let verdicts = (FEWEST_PAIRS..=MOST_PAIRS).map(|n| sequential_test(&pairs[..n]));
        let first = { verdicts }.find(|verdict| !matches!(verdict, Verdict::Undecided(_)));
        accepted += u32::from(matches!(first, Some(Verdict::Accept(_))));
    }
    let share = f64::from(accepted) / 20_000.0;
    assert!((0.035..0.046).contains(&share), "{share}");
}

fn observations(rates: [f64; 4], tail: f64, limited: bool) -> [Observation; 4] {
    rates.map(|rate| Observation {
        rate,
        tail: Some(tail),
        limited,
    })
}

#[test]
fn a_step_is_not_inferior_unless_something_gets_worse() {
    let flat = [100.0, 101.0, 99.0, 100.0];
    let before = observations(flat, 0.05, true);
    let rejects = |before: &[Observation], after: &[Observation]| {
        matches!(non_inferiority_test(before, after), Verdict::Reject(_))
    };
    let same = non_inferiority_test(&before, &observations(flat, 0.05, true));
    assert!(matches!(same, Verdict::Accept(_)));
    let slower = observations(flat.map(|rate| rate * 0.88), 0.05, true);
    assert!(rejects(&before, &slower));
    assert!(rejects(&before, &observations(flat, 0.06, true)));
    let idle = observations(flat, 0.05, false);
    assert!(rejects(&idle, &observations(flat, 0.05, true)));
}

#[test]
fn a_step_without_usable_ticks_is_undecided() {
    let ticks = observations([100.0; 4], 0.05, true);
    let not_a_number = observations([f64::NAN; 4], 0.05, true);
    let unknown = Verdict::Undecided(Effect::UNKNOWN);
    for (before, after) in [
        (&[][..], &[][..]),
        (&ticks, &[]),
        (&[], &ticks),
        (&ticks, &not_a_number),
        (&not_a_number, &ticks),
    ] {
        assert_eq!(non_inferiority_test(before, after), unknown);
    }
}

#[test]
fn an_effect_is_written_in_percent_or_as_unknown() {
    assert_eq!(Effect::UNKNOWN.to_string(), "unknown");
    let effect = |log_ratio, margin| Effect { log_ratio, margin }.to_string();
    assert_eq!(effect(1.1_f64.ln(), 0.0), "+10.0 %");
    assert_eq!(effect(1.1_f64.ln(), 1.02_f64.ln()), "+10.0 % ± 2.0");
    assert_eq!(effect(f64::NAN, 0.0), "unknown");
}

#[test]
fn a_comparison_with_nothing_is_unknown() {
    for (old, new) in [(&[][..], &[100.0][..]), (&[100.0], &[]), (&[], &[])] {
        assert_eq!(compare(old, new), Effect::UNKNOWN);
    }
}

proptest! {
    #[test]
    fn a_comparison_turned_round_is_its_negative(
        old in prop::collection::vec(0.1_f64..1e6, 1..9),
        new in prop::collection::vec(0.1_f64..1e6, 1..9),
    ) {
        let (there, back) = (compare(&old, &new), compare(&new, &old));
        prop_assert!((there.log_ratio + back.log_ratio).abs() < 1e-9);
        prop_assert!(compare(&old, &old).log_ratio.abs() < 1e-12);
    }

    #[test]
    fn a_mean_lies_among_its_values_and_the_same_shift_moves_it(
        values in prop::collection::vec(-1e6_f64..1e6, 1..20), shift in -1e3_f64..1e3,
    ) {
        let summary = Summary::of(values.iter().copied()).unwrap();
        let shifted = Summary::of(values.iter().map(|value| value + shift)).unwrap();
        let highest = values.iter().copied().fold(f64::MIN, f64::max);
        let lowest = values.iter().copied().fold(f64::MAX, f64::min);
        prop_assert!(summary.mean >= lowest - 1e-6 && summary.mean <= highest + 1e-6);
        prop_assert!((shifted.mean - summary.mean - shift).abs() < 1e-6);
        prop_assert!(values.len() == 1 || (shifted.deviation - summary.deviation).abs() < 1e-3);
    }

    #[test]
    fn a_sequential_test_ends_by_its_last_pair_and_accepts_only_a_proven_gain(
        pairs in prop::collection::vec(-1.0_f64..1.0, 0..12),
    ) {
        match sequential_test(&pairs) {
            Verdict::Accept(effect) => {
                prop_assert!(effect.log_ratio - effect.margin > 0.0 && effect.percent() >= 9.99);
                prop_assert!(pairs.len() >= FEWEST_PAIRS);
            }
            Verdict::Reject(_) => prop_assert!(pairs.len() >= FEWEST_PAIRS),
            Verdict::Undecided(_) => prop_assert!(pairs.len() < MOST_PAIRS),
        }
    }

    #[test]
    fn no_step_that_repeats_what_was_before_is_inferior(
        ticks in prop::collection::vec(
            (0.1_f64..1e4, prop::option::of(0.001_f64..10.0), any::<bool>()),
            1..9,
        ),
    ) {
        let ticks: Vec<_> = ticks
            .into_iter()
            .map(|(rate, tail, limited)| Observation { rate, tail, limited })
            .collect();
        prop_assert!(matches!(non_inferiority_test(&ticks, &ticks), Verdict::Accept(_)));
    }
}
