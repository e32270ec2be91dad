//! Throughput against batch size: up to which size another sequence is worth it.

use crate::number::to_f64;

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Sequences in the batch.
    pub size: u64,
    /// Tokens in a second, of all of them together.
    pub tokens_per_second: f64,
}

/// The largest size that is worth it, by measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Knee {
    /// That size.
    pub(super) size: u64,
    /// Tokens in a second that each of the first sequences brings.
    pub(super) first: f64,
    /// The next larger size that counts, which is not worth it; `None` where there is none.
    pub(super) beyond: Option<Beyond>,
}

/// A size past the knee.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Beyond {
    pub(super) size: u64,
    /// Tokens in a second that each sequence from the knee to here adds.
    pub(super) gain: f64,
}

/// Up to where each added sequence brings at least `worth` (a share) of what the first ones bring; `None` without a usable measurement.
///
/// Along the concave hull of the measurements, which begins at no sequence and no token. Another sequence cannot help more than the
/// one before it did, so what lies below the hull is noise or a hitch; and the gains along it never rise, so there is one knee.
pub(super) fn knee(measured: &[Measured], worth: f64) -> Option<Knee> {
    let hull = hull(&medians(measured));
    let gains: Vec<f64> = hull
        .windows(2)
        .map(|ends| gain(&ends[0], &ends[1]))
        .collect();
    let first = *gains.first().filter(|first| **first > 0.0)?;
    let worthy = gains
        .iter()
        .take_while(|gain| **gain >= worth * first)
        .count();
    let size = hull.get(worthy)?.size;
    let beyond = hull.get(worthy + 1).zip(gains.get(worthy));
    let beyond = beyond.map(|(point, gain)| Beyond {
        size: point.size,
        gain: *gain,
    });
    Some(Knee {
        size,
        first,
        beyond,
    })
}

/// One measurement for each size, the median of its repetitions, by rising size. What is no measurement is left out: a size of 0, or a
/// throughput that is negative or not a finite number.
fn medians(measured: &[Measured]) -> Vec<Measured> {
    let usable = |point: &&Measured| {
        point.size > 0 && point.tokens_per_second.is_finite() && point.tokens_per_second >= 0.0
    };
    let mut points: Vec<Measured> = measured.iter().filter(usable).copied().collect();
    points.sort_by(|a, b| {
        a.size
            .cmp(&b.size)
            .then(a.tokens_per_second.total_cmp(&b.tokens_per_second))
    });
    points
        .chunk_by(|a, b| a.size == b.size)
        .filter_map(median)
        .collect()
}

/// Of points of one size, by rising throughput.
fn median(repetitions: &[Measured]) -> Option<Measured> {
    let middle = repetitions.len() / 2;
    let (upper, lower) = (
        repetitions.get(middle)?,
        repetitions.get((repetitions.len() - 1) / 2)?,
    );
    let tokens_per_second = upper.tokens_per_second.midpoint(lower.tokens_per_second);
    Some(Measured {
        tokens_per_second,
        ..*upper
    })
}

/// The corners of the concave hull, from no sequence to the largest size: Andrew's monotone chain, its upper half.
fn hull(points: &[Measured]) -> Vec<Measured> {
    let mut hull = vec![Measured {
        size: 0,
        tokens_per_second: 0.0,
    }];
    for point in points {
        while let [.., before, last] = &hull[..]
            && gain(before, point) >= gain(before, last)
        {
            hull.pop();
        }
        hull.push(*point);
    }
    hull
}

/// What each sequence from one size to a larger one adds.
fn gain(from: &Measured, to: &Measured) -> f64 {
    (to.tokens_per_second - from.tokens_per_second) / to_f64(to.size - from.size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(of: &[(u64, f64)]) -> Vec<Measured> {
        let point = |&(size, tokens_per_second)| Measured {
            size,
            tokens_per_second,
        };
        of.iter().map(point).collect()
    }

    #[track_caller]
    fn assert_knee(of: &[(u64, f64)], size: Option<u64>) {
        assert_eq!(knee(&points(of), 0.1).map(|knee| knee.size), size, "{of:?}");
    }

    #[test]
    fn the_knee_is_the_last_size_to_which_a_sequence_brings_a_tenth_of_the_first() {
        assert_knee(&[(1, 100.0), (2, 180.0), (4, 300.0), (8, 340.0)], Some(8));
        assert_knee(&[(1, 100.0), (2, 180.0), (4, 300.0), (8, 339.0)], Some(4));
        assert_knee(&[(1, 100.0), (2, 90.0)], Some(1));
        assert_knee(&[(1, 100.0), (2, 200.0), (4, 400.0)], Some(4));
        assert_knee(&[(7, 70.0)], Some(7));
    }

    #[test]
    fn a_dip_between_two_sizes_does_not_end_the_climb() {
        assert_knee(&[(1, 100.0), (2, 190.0), (4, 185.0), (8, 600.0)], Some(8));
    }

    #[test]
    fn the_order_of_measurements_does_not_matter_and_repetitions_count_by_their_median() {
        assert_knee(
            &[
                (4, 300.0),
                (1, 100.0),
                (8, 5_000.0),
                (8, 310.0),
                (2, 180.0),
                (8, 310.0),
            ],
            Some(4),
        );
        assert_knee(&[(2, 100.0), (2, 300.0), (1, 100.0)], Some(2));
    }

    #[test]
    fn without_a_usable_measurement_there_is_no_knee() {
        assert_knee(&[], None);
        assert_knee(
            &[(0, 50.0), (1, f64::NAN), (2, f64::INFINITY), (3, -1.0)],
            None,
        );
        assert_knee(&[(1, 0.0), (2, 0.0)], None);
        assert_knee(&[(0, 50.0), (1, 100.0), (2, f64::NAN)], Some(1));
    }

    #[test]
    fn the_size_past_the_knee_says_what_it_would_bring() {
        let knee = knee(&points(&[(1, 100.0), (2, 180.0), (6, 200.0)]), 0.1).unwrap();
        let beyond = Some(Beyond { size: 6, gain: 5.0 });
        assert_eq!((knee.size, knee.first, knee.beyond), (2, 100.0, beyond));
    }

    #[test]
    fn what_is_no_measurement_is_no_evidence_against_a_larger_size() {
        let nonsense = [(1, 100.0), (2, -5.0), (4, f64::NAN), (8, f64::NEG_INFINITY)];
        let knee = knee(&points(&nonsense), 0.1).unwrap();
        assert_eq!((knee.size, knee.beyond), (1, None));
    }

    fn any_measured() -> impl Strategy<Value = Vec<Measured>> {
        let point = (
            any::<u64>(),
            0_u32..64,
            prop_oneof![any::<f64>(), 0.0_f64..1e4],
        );
        let point = point.prop_map(|(size, by, tokens_per_second)| Measured {
            size: size >> by,
            tokens_per_second,
        });
        prop::collection::vec(point, 0..24)
    }

    proptest! {
        #[test]
        fn whatever_is_measured_the_knee_is_one_of_its_sizes(measured in any_measured(), worth in 0.0_f64..=1.0) {
            if let Some(knee) = knee(&measured, worth) {
                prop_assert!(measured.iter().any(|point| point.size == knee.size) && knee.size > 0);
                prop_assert!(knee.beyond.is_none_or(|beyond| beyond.size > knee.size && beyond.gain < worth * knee.first));
            }
        }

        #[test]
        fn who_asks_for_more_gain_never_gets_a_larger_size(measured in any_measured(), worth in 0.0_f64..0.9, more in 0.0_f64..0.1) {
            let size = |worth| knee(&measured, worth).map(|knee| knee.size);
            prop_assert!(size(worth) >= size(worth + more));
        }

        #[test]
        fn a_step_time_with_a_fixed_part_has_its_knee_where_the_rule_says(fixed in 1.0_f64..100.0, each in 0.01_f64..10.0) {
            let throughput = |size: u64| to_f64(size) / (fixed + each * to_f64(size));
            let sizes: Vec<(u64, f64)> = (1..=4096).map(|size| (size, throughput(size))).collect();
            let found = knee(&points(&sizes), 0.1).map_or(0, |knee| knee.size);
            let fits = |size: u64| fixed * (fixed + each) / ((fixed + each * to_f64(size)) * (fixed + each * to_f64(size - 1)));
            prop_assert!(fits(found) >= 0.1 * (1.0 - 1e-6));
            prop_assert!(found == 4096 || fits(found + 1) <= 0.1 * (1.0 + 1e-6));
        }
    }
}
