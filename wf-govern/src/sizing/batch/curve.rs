//! The curve of throughput over batch size, and its knee.

use crate::number::to_f64;

/// A measured throughput of a batch size.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Measurement {
    /// Number of sequences in the batch.
    pub size: u64,
    /// Tokens per second of all sequences together.
    pub tokens_per_second: f64,
}

/// The largest measured size at which each further sequence added enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Knee {
    pub(super) size: u64,
    /// Tokens per second that each of the first sequences adds.
    pub(super) first: f64,
    /// The next larger size on the hull, which adds too little; `None` if there is none.
    pub(super) beyond: Option<Beyond>,
}

/// A size past the knee.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Beyond {
    pub(super) size: u64,
    /// Tokens per second that each sequence from the knee to this size adds.
    pub(super) gain: f64,
}

/// Returns the knee: up to it, each further sequence adds at least `min_gain` (a share) of what the
/// first ones add. `None` without a usable measurement.
///
/// Gains are taken along the concave hull of the measurements, from the origin. A further sequence
/// cannot help more than the one before, so a measurement below the hull is noise; and gains along
/// the hull never rise, so there is one knee.
pub(super) fn knee(measured: &[Measurement], min_gain: f64) -> Option<Knee> {
    let hull = hull(&medians(measured));
    let gains: Vec<f64> = hull
        .windows(2)
        .map(|ends| gain(&ends[0], &ends[1]))
        .collect();
    let first = *gains.first().filter(|first| **first > 0.0)?;
    let kept = gains
        .iter()
        .take_while(|gain| **gain >= min_gain * first)
        .count();
    let size = hull.get(kept)?.size;
    let beyond = hull.get(kept + 1).zip(gains.get(kept));
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

/// Returns the median of the repetitions of each size, by rising size. A size of 0 and a throughput
/// that is negative or not finite are ignored.
fn medians(measured: &[Measurement]) -> Vec<Measurement> {
    let usable = |point: &&Measurement| {
        point.size > 0 && point.tokens_per_second.is_finite() && point.tokens_per_second >= 0.0
    };
    let mut points: Vec<Measurement> = measured.iter().filter(usable).copied().collect();
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

/// Returns the median of points of one size, which are sorted by throughput.
fn median(repetitions: &[Measurement]) -> Option<Measurement> {
    let middle = repetitions.len() / 2;
    let (upper, lower) = (
        repetitions.get(middle)?,
        repetitions.get((repetitions.len() - 1) / 2)?,
    );
    let tokens_per_second = upper.tokens_per_second.midpoint(lower.tokens_per_second);
    Some(Measurement {
        tokens_per_second,
        ..*upper
    })
}

/// Returns the corners of the concave hull from the origin to the largest size: the upper half of
/// Andrew's monotone chain.
fn hull(points: &[Measurement]) -> Vec<Measurement> {
    let mut hull = vec![Measurement {
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

/// Returns the throughput that each sequence from one size to a larger one adds.
fn gain(from: &Measurement, to: &Measurement) -> f64 {
    (to.tokens_per_second - from.tokens_per_second) / to_f64(to.size - from.size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(of: &[(u64, f64)]) -> Vec<Measurement> {
        let point = |&(size, tokens_per_second)| Measurement {
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
    fn the_knee_is_the_last_size_where_a_sequence_adds_a_tenth_of_the_first() {
        assert_knee(&[(1, 100.0), (2, 180.0), (4, 300.0), (8, 340.0)], Some(8));
        assert_knee(&[(1, 100.0), (2, 180.0), (4, 300.0), (8, 339.0)], Some(4));
        assert_knee(&[(1, 100.0), (2, 90.0)], Some(1));
        assert_knee(&[(1, 100.0), (2, 200.0), (4, 400.0)], Some(4));
        assert_knee(&[(7, 70.0)], Some(7));
    }

    #[test]
    fn a_dip_between_two_sizes_does_not_end_the_search() {
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
    fn the_size_past_the_knee_has_its_gain() {
        let knee = knee(&points(&[(1, 100.0), (2, 180.0), (6, 200.0)]), 0.1).unwrap();
        let beyond = Some(Beyond { size: 6, gain: 5.0 });
        assert_eq!((knee.size, knee.first, knee.beyond), (2, 100.0, beyond));
    }

    #[test]
    fn an_unusable_measurement_is_no_evidence_against_a_larger_size() {
        let unusable = [(1, 100.0), (2, -5.0), (4, f64::NAN), (8, f64::NEG_INFINITY)];
        let knee = knee(&points(&unusable), 0.1).unwrap();
        assert_eq!((knee.size, knee.beyond), (1, None));
    }

    fn any_measured() -> impl Strategy<Value = Vec<Measurement>> {
        let point = (
            any::<u64>(),
            0_u32..64,
            prop_oneof![any::<f64>(), 0.0_f64..1e4],
        );
        let point = point.prop_map(|(size, by, tokens_per_second)| Measurement {
            size: size >> by,
            tokens_per_second,
        });
        prop::collection::vec(point, 0..24)
    }

    proptest! {
        #[test]
        fn the_knee_is_always_a_measured_size(
            measured in any_measured(), min_gain in 0.0_f64..=1.0,
        ) {
            if let Some(knee) = knee(&measured, min_gain) {
                let is_measured = measured.iter().any(|point| point.size == knee.size);
                prop_assert!(is_measured && knee.size > 0);
                let adds_too_little = |beyond: Beyond| beyond.gain < min_gain * knee.first;
                prop_assert!(knee.beyond.is_none_or(|beyond| beyond.size > knee.size));
                prop_assert!(knee.beyond.is_none_or(adds_too_little));
            }
        }

        #[test]
        fn a_higher_minimum_gain_is_never_a_larger_size(
            measured in any_measured(), min_gain in 0.0_f64..0.9, more in 0.0_f64..0.1,
        ) {
            let size = |min_gain| knee(&measured, min_gain).map(|knee| knee.size);
            prop_assert!(size(min_gain) >= size(min_gain + more));
        }

        #[test]
        fn a_step_time_with_a_fixed_part_has_its_knee_where_the_rule_says(
            fixed in 1.0_f64..100.0, each in 0.01_f64..10.0,
        ) {
            let step = |size: u64| fixed + each * to_f64(size);
            let sizes: Vec<(u64, f64)> =
                (1..=4096).map(|size| (size, to_f64(size) / step(size))).collect();
            let found = knee(&points(&sizes), 0.1).map_or(0, |knee| knee.size);
            let gain = |size: u64| fixed * (fixed + each) / (step(size) * step(size - 1));
            prop_assert!(gain(found) >= 0.1 * (1.0 - 1e-6));
            prop_assert!(found == 4096 || gain(found + 1) <= 0.1 * (1.0 + 1e-6));
        }
    }
}
