//! Registrations that would collide are refused in either order, and listed.

use wf_instrument::registry::{self, Conflict, RegistryError};
use wf_instrument::{Unit, wf_count, wf_gauge};

fn listed(name: &str) -> Option<Conflict> {
    let mut conflicts = registry::conflicts().into_iter();
    conflicts.find(|conflict| &*conflict.name == name)
}

/// Asserts that the registration failed and is listed, also for a caller that ignores the error.
fn check_refused<T: std::fmt::Debug>(name: &str, registered: Result<T, RegistryError>) {
    let error = registered.expect_err(name);
    let listed = listed(name).expect(name);
    assert_eq!(listed.refused, Some(error));
}

#[test]
fn names_of_the_series_of_a_histogram_are_refused_before_and_after_it() {
    const ENDINGS: [&str; 6] = ["sum", "bucket", "count", "created", "total", "info"];
    for ending in ENDINGS {
        let name = format!("before_{ending}");
        check_refused(&name, registry::gauge(&name, "", &[]));
    }
    for name in ["before", "after"] {
        registry::histogram(name, "", Unit::Nanos, &[]).expect("the name is free");
    }
    for ending in ENDINGS {
        let name = format!("after_{ending}");
        check_refused(&name, registry::counter(&name, "", &[]));
        check_refused(
            &name,
            registry::histogram(&name, "", Unit::Bytes, &[]).map(drop),
        );
    }
    assert_eq!(listed("before"), None);
}

#[test]
fn names_that_the_exporter_or_prometheus_uses_are_refused() {
    for name in [
        "wf_build_info",
        "wf_spans_in_flight",
        "up",
        "process_open_fds",
        "scrape_bytes",
    ] {
        check_refused(name, registry::gauge(name, "", &[]));
    }
}

#[test]
fn labels_that_prometheus_sets_are_refused() {
    for (name, label) in [
        ("on_job", "job"),
        ("on_instance", "instance"),
        ("on_le", "le"),
    ] {
        check_refused(name, registry::counter(name, "", &[(label, "a")]));
    }
}

#[test]
fn a_second_kind_of_a_name_is_refused_and_listed() {
    registry::counter("second_kind", "", &[]).expect("the name is free");
    check_refused(
        "second_kind",
        registry::gauge("second_kind", "", &[("a", "b")]),
    );
    assert_eq!(listed("second_kind").expect("listed").kinds, ["counter"]);
}

#[test]
fn a_macro_reserves_its_name_before_it_runs() {
    fn never_called() {
        wf_gauge!("of_the_code", 1.0);
        wf_count!("counted_by_the_code");
    }
    let _: fn() = never_called;
    check_refused(
        "of_the_code",
        registry::histogram("of_the_code", "", Unit::One, &[]).map(drop),
    );
    check_refused(
        "counted_by_the_code",
        registry::gauge("counted_by_the_code", "", &[]),
    );
    assert!(registry::counter("counted_by_the_code", "", &[("a", "b")]).is_ok());
}
