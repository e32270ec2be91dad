use super::*;
use crate::buckets::Buckets;
use crate::family::Value;

fn refused(family: Family) -> FamilyError {
    let mut families = Families::default();
    let error = families.add(family).unwrap_err();
    assert_eq!((families.refused(), families.iter().count()), (1, 0));
    error
}

fn with(present: Family) -> Families {
    let mut families = Families::default();
    families.add(present).unwrap();
    families
}

fn distribution(buckets: &[(f64, u64)], count: u64) -> Buckets {
    Buckets {
        cumulative: buckets.to_vec(),
        sum: 0.0,
        count,
    }
}

#[test]
fn names_that_the_format_cannot_carry_are_refused() {
    for name in [
        "",
        "9lives",
        "queue depth",
        "http.requests",
        "wf:x",
        "größe",
        "a\nb",
        "a{b=\"c\"} 1",
    ] {
        let error = refused(Family::gauge(name, "").sample(&[], 1.0));
        assert_eq!(error, FamilyError::Name { name: name.into() });
    }
}

#[test]
fn labels_that_the_format_cannot_carry_are_refused() {
    for label in [
        "",
        "0",
        "a-b",
        "__name__",
        "job",
        "instance",
        "a=\"\"} 1\nb",
    ] {
        let error = refused(Family::gauge("g", "").sample(&[(label, "v")], 1.0));
        assert!(
            matches!(error, FamilyError::Label { .. }),
            "{label:?}: {error}"
        );
    }
    let twice = Family::gauge("g", "").sample(&[("a", "1"), ("a", "2")], 1.0);
    assert!(matches!(refused(twice), FamilyError::Label { .. }));
}

#[test]
fn a_histogram_keeps_le_for_its_buckets() {
    let family = Family::histogram("h", "").sample(&[("le", "1")], Buckets::default());
    assert!(matches!(refused(family), FamilyError::Label { .. }));
}

#[test]
fn a_counter_ends_in_total_once() {
    assert_eq!(Family::counter("hits", "").name(), "hits_total");
    assert_eq!(Family::counter("hits_total", "").name(), "hits_total");
}

#[test]
fn a_value_of_another_type_is_refused() {
    let number = Family::histogram("h", "").sample(&[], 1.0);
    assert!(matches!(refused(number), FamilyError::Value { .. }));
    let histogram = Family::counter("c", "").sample(&[], Buckets::default());
    assert!(matches!(refused(histogram), FamilyError::Value { .. }));
}

#[test]
fn buckets_that_are_not_cumulative_are_refused() {
    let unsound = [
        distribution(&[(2.0, 1), (1.0, 1)], 1),
        distribution(&[(1.0, 1), (1.0, 1)], 1),
        distribution(&[(1.0, 2), (2.0, 1)], 2),
        distribution(&[(1.0, 3)], 2),
        distribution(&[(f64::NAN, 0)], 0),
        distribution(&[(f64::INFINITY, 0)], 0),
    ];
    for histogram in unsound {
        let family = Family::histogram("h", "").sample(&[], histogram);
        assert!(matches!(refused(family), FamilyError::Buckets { .. }));
    }
}

#[test]
fn the_first_mistake_is_the_one_that_is_returned() {
    let family = Family::gauge("bad name", "")
        .sample(&[("bad label", "")], 1.0)
        .sample(&[], 1.0);
    assert!(matches!(refused(family), FamilyError::Name { .. }));
}

#[test]
fn families_of_one_name_and_type_become_one() {
    let mut families = with(Family::gauge("g", "first").sample(&[("a", "1")], 1.0));
    families
        .add(Family::gauge("g", "second").sample(&[("a", "2")], 2.0))
        .unwrap();
    let merged: Vec<_> = families.iter().collect();
    assert_eq!(merged.len(), 1);
    assert_eq!((merged[0].help(), merged[0].series().count()), ("first", 2));
}

#[test]
fn a_series_that_is_already_there_is_refused_in_any_order_of_labels() {
    let mut families = with(Family::gauge("g", "").sample(&[("a", "1"), ("b", "2")], 1.0));
    let again = Family::gauge("g", "")
        .sample(&[("c", "3")], 0.0)
        .sample(&[("b", "2"), ("a", "1")], 9.0);
    assert!(matches!(
        families.add(again),
        Err(FamilyError::Repeated { .. })
    ));
    assert_eq!(
        families.iter().next().unwrap().series().count(),
        1,
        "all or nothing"
    );
}

#[test]
fn a_label_without_a_value_is_no_label() {
    let twice = Family::gauge("g", "")
        .sample(&[("a", "")], 1.0)
        .sample(&[], 2.0);
    assert!(matches!(refused(twice), FamilyError::Repeated { .. }));
    let repeated = Family::gauge("g", "").sample(&[("a", ""), ("a", "1")], 1.0);
    assert!(matches!(refused(repeated), FamilyError::Label { .. }));
}

#[test]
fn a_family_of_our_own_keeps_its_name_and_takes_the_last_value() {
    let mut families = with(Family::gauge("g", "").sample(&[], 1.0));
    families.renew(Family::gauge("g", "").sample(&[], 2.0));
    let (_, value) = families.iter().next().unwrap().series().next().unwrap();
    assert_eq!(*value, Value::Number(2.0));
}

#[test]
fn a_name_has_one_type() {
    let mut families = with(Family::counter("x", "").sample(&[], 1.0));
    let error = families.add(Family::gauge("x_total", "").sample(&[], 1.0));
    assert!(matches!(error, Err(FamilyError::Kind { .. })));
    assert_eq!(families.refused(), 1);
}

#[test]
fn nothing_shares_the_names_that_a_histogram_is_written_under() {
    let histogram = || Family::histogram("h", "").sample(&[], Buckets::default());
    for name in ["h_bucket", "h_count", "h_sum"] {
        let gauge = || Family::gauge(name, "").sample(&[], 1.0);
        let after = with(histogram()).add(gauge());
        let before = with(gauge()).add(histogram());
        assert!(matches!(after, Err(FamilyError::Taken { .. })));
        assert!(matches!(before, Err(FamilyError::Taken { .. })));
    }
}
