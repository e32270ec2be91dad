//! Counts saturate at `u64::MAX` and sums go beyond it; neither wraps around in snapshots, in
//! windows or when call sites are added up.

use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{Metrics, Snapshot, Window};
use wf_instrument::{Outcome, Unit, registry, wf_count};

fn counter(metrics: &Metrics, name: &str) -> u64 {
    let row = metrics.counters.iter().find(|row| &*row.name == name);
    row.expect("the counter is known").value
}

#[test]
fn a_saturated_counter_stays_at_its_maximum_in_snapshots_and_windows() {
    let count = |n| wf_count!("saturated_counter", n);
    // Another use of the name is the same series.
    let count_elsewhere = || wf_count!("saturated_counter", 7);
    count(5);
    let before = Snapshot::take();
    count(u64::MAX);
    count_elsewhere();
    let saturated = Snapshot::take();
    count(u64::MAX);
    count(1);
    let after = Snapshot::take();
    assert_eq!(counter(&saturated.metrics, "saturated_counter"), u64::MAX);
    assert_eq!(counter(&after.metrics, "saturated_counter"), u64::MAX);
    let change = |a, b| counter(&Window::between(a, b).metrics, "saturated_counter");
    assert_eq!(
        (change(&before, &saturated), change(&saturated, &after)),
        (u64::MAX - 5, 0)
    );
}

#[test]
fn tokens_saturate_at_u64_max() {
    let site = registry::generation("saturated_tokens", "", None).unwrap();
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
        .find(|row| &*row.model == "saturated_tokens")
        .unwrap();
    assert_eq!(row.tokens, u64::MAX);
}

#[test]
fn tokens_of_a_request_are_counted_past_32_bits() {
    let site = registry::generation("many_tokens", "", None).unwrap();
    let many = u64::from(u32::MAX);
    let request = site.arrive();
    request.tokens(many);
    request.tokens(many);
    request.end(Outcome::Ok);
    let metrics = Snapshot::take().metrics;
    let mut rows = metrics.generations.iter();
    let row = rows.find(|row| &*row.model == "many_tokens").unwrap();
    assert_eq!((row.tokens, row.tokens_each().sum()), (2 * many, 2 * many));
}

#[test]
fn a_sum_beyond_u64_max_is_exact_in_windows() {
    let sizes = registry::histogram("large_sizes", "", Unit::Bytes, &[]).unwrap();
    let samples = || -> HistogramSnapshot {
        let metrics = Snapshot::take().metrics;
        let row = metrics
            .histograms
            .iter()
            .find(|row| &*row.name == "large_sizes");
        row.expect("the histogram is known").samples.clone()
    };
    let large = u64::MAX - 1;
    let mut before = samples();
    for times in 1..=10_u128 {
        sizes.record(large);
        let after = samples();
        assert_eq!(after.wide_sum(), times * u128::from(large));
        assert_eq!(after.sum(), if times == 1 { large } else { u64::MAX });
        // The window has one sample, although both of its sums are beyond `u64::MAX`.
        let change = after.minus(&before);
        assert_eq!((change.count(), change.sum()), (1, large));
        assert_eq!(change.mean(), Some(2_f64.powi(64)));
        assert_eq!(change.plus(&before), after);
        before = after;
    }
}
