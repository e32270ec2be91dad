//! One name for two kinds of metrics: both series are kept, and the conflict is reported.

use wf_instrument::registry;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{wf_count, wf_gauge, wf_measure, wf_token};

#[wf_measure(name = "chat")]
fn call() {}

#[wf_measure(ttft, name = "chat")]
fn generate() {
    wf_token!();
}

/// Has the same name and kind as another function, which is no conflict.
#[wf_measure(name = "step")]
fn one_step() {}

#[wf_measure(name = "step")]
fn other_step() {}

#[test]
fn names_of_two_kinds_are_listed_and_their_series_stay_separate() {
    call();
    generate();
    one_step();
    other_step();
    wf_count!("cache");
    wf_gauge!("cache", 1.0);
    wf_count!("chat");
    let conflicts = registry::conflicts();
    let conflicts: Vec<_> = conflicts.iter().map(|c| (&*c.name, &c.kinds[..])).collect();
    assert_eq!(
        conflicts,
        [
            ("chat", &["generation", "span"][..]),
            ("cache", &["counter", "gauge"])
        ]
    );
    let panic = std::panic::catch_unwind(registry::assert_no_conflicts).expect_err("there are two");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(
        message.contains("chat") && message.contains("gauge"),
        "{message}"
    );
    let metrics = Snapshot::take().metrics;
    assert!(
        metrics
            .spans
            .iter()
            .any(|row| &*row.span == "chat" && row.ok.count() == 1)
    );
    assert!(
        metrics
            .generations
            .iter()
            .any(|row| &*row.model == "chat" && row.tokens == 1)
    );
}
