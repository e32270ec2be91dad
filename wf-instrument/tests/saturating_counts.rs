//! Counts stop at the end of `u64`, sums go on past it, and neither begins again: in snapshots, in
//! windows, and summed over places.

use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{Metrics, Snapshot, Window};
use wf_instrument::{Outcome, Unit, registry, wf_count};

fn counter(metrics: &Metrics, name: &str) -> u64 {
    let row = metrics.counters.iter().find(|row| &*row.name == name);
    row.expect("the counter is known").value
}

#[test]
fn a_counter_that_is_full_stays_full_in_snapshots_and_grows_no_more_in_windows() {
    let count = |n| wf_count!("full_counter", n);
    // The same name elsewhere is the same series.
    let count_elsewhere = || wf_count!("full_counter", 7);
    count(5);
    let before = Snapshot::take();
    count(u64::MAX);
    count_elsewhere();
    let full = Snapshot::take();
    count(u64::MAX);
    count(1);
    let after = Snapshot::take();
    assert_eq!(counter(&full.metrics, "full_counter"), u64::MAX);
    assert_eq!(counter(&after.metrics, "full_counter"), u64::MAX);
    let change = |a, b| counter(&Window::between(a, b).metrics, "full_counter");
    assert_eq!(
        (change(&before, &full), change(&full, &after)),
        (u64::MAX - 5, 0)
    );
}

#[test]
fn tokens_past_the_end_of_u64_stop_there() {
    let site = registry::generation("full_tokens", "", None).unwrap();
    for _ in 0..2 {
        let request = site.arrive();
        request.tokens(u64::MAX);
        request.tokens(u64::MAX);
        request.end(Outcome::Ok);
    }
    let metrics = Snapshot::take().metrics;
    let row = metrics
        .generations
        .iter()
        .find(|row| &*row.model == "full_tokens")
        .unwrap();
    assert_eq!(row.tokens, u64::MAX);
}

#[test]
fn a_sum_goes_on_past_the_end_of_u64_in_windows_too() {
    let sizes = registry::histogram("full_sizes", "", Unit::Bytes, &[]).unwrap();
    let samples = || -> HistogramSnapshot {
        let metrics = Snapshot::take().metrics;
        let row = metrics
            .histograms
            .iter()
            .find(|row| &*row.name == "full_sizes");
        row.expect("the histogram is known").samples.clone()
    };
    let large = u64::MAX - 1;
    let mut before = samples();
    for times in 1..=10_u128 {
        sizes.record(large);
        let after = samples();
        assert_eq!(after.wide_sum(), times * u128::from(large));
        assert_eq!(after.sum(), if times == 1 { large } else { u64::MAX });
        // What a window has is one sample, though the sums at both its ends are past the end.
        let change = after.minus(&before);
        assert_eq!((change.count(), change.sum()), (1, large));
        assert_eq!(change.mean(), Some(2_f64.powi(64)));
        assert_eq!(change.plus(&before), after);
        before = after;
    }
}
