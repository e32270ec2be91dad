use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use super::*;
use crate::Cause;
use crate::knob::Knob;

/// A knob and the value behind it.
fn limit(value: u64) -> (Knob, Arc<AtomicU64>) {
    let cell = Arc::new(AtomicU64::new(value));
    let (shown, moved) = (cell.clone(), cell.clone());
    let knob = Knob::concurrency(
        1..=64,
        move || shown.load(Ordering::SeqCst),
        move |to| {
            moved.store(to, Ordering::SeqCst);
            Ok(to)
        },
    );
    (knob, cell)
}

/// Each call lets one more tick through, and waits until the one before it is over.
fn stepped() -> (
    SyncSender<bool>,
    impl FnMut() -> (Snapshot, Readings) + Send,
) {
    let (step, steps) = std::sync::mpsc::sync_channel(0);
    let source = move || {
        let healthy = steps.recv().unwrap_or(true);
        assert!(healthy, "the sensor broke");
        (Snapshot::take(), Readings::default())
    };
    (step, source)
}

fn started(
    source: impl FnMut() -> (Snapshot, Readings) + Send + 'static,
) -> (Governor, Arc<AtomicU64>) {
    let (knob, cell) = limit(8);
    let builder = Governor::builder().knob(knob).source(source);
    (
        builder.period(Duration::from_secs(600)).start().unwrap(),
        cell,
    )
}

fn fast(
    source: impl FnMut() -> (Snapshot, Readings) + Send + 'static,
) -> (Governor, Arc<AtomicU64>) {
    let (knob, cell) = limit(8);
    let builder = Governor::builder().knob(knob).source(source);
    (
        builder.period(Duration::from_millis(10)).start().unwrap(),
        cell,
    )
}

#[test]
fn dropping_it_ends_the_thread_and_leaves_the_knobs() {
    let (alive, ended) = channel::<()>();
    let (governor, cell) = started(move || {
        let _held = &alive;
        (Snapshot::take(), Readings::default())
    });
    drop(governor);
    assert!(ended.recv().is_err(), "the source lives on in some thread");
    assert_eq!(cell.load(Ordering::SeqCst), 8);
}

#[test]
fn a_tick_that_panics_makes_it_advisory() {
    let (step, source) = stepped();
    let (governor, _) = fast(source);
    step.send(true).unwrap();
    step.send(false).unwrap();
    drop(step);
    let told = loop {
        let told = governor
            .journal()
            .into_iter()
            .find(|r| r.decision.cause == Cause::Watchdog);
        if let Some(told) = told {
            break told;
        }
        std::thread::yield_now();
    };
    assert!(
        told.decision.reason.contains("panicked"),
        "{}",
        told.decision.reason
    );
    assert_eq!(lock(&governor.control).mode(), Mode::Advisory);
}

#[test]
fn an_operator_moves_a_knob_and_the_journal_says_so() {
    let (governor, cell) = started(|| (Snapshot::take(), Readings::default()));
    assert_eq!(
        governor
            .set("concurrency", 12, Duration::from_secs(60))
            .unwrap(),
        12
    );
    assert_eq!(cell.load(Ordering::SeqCst), 12);
    assert!(matches!(
        governor.set("concurency", 12, Duration::ZERO),
        Err(KnobError::NoSuchKnob { .. })
    ));
    let actions = governor.actions();
    let made: Vec<_> = actions.iter().filter(|action| action.count > 0).collect();
    assert_eq!(made.len(), 1);
    assert_eq!(
        (made[0].cause, made[0].direction, made[0].count),
        (Cause::Operator, "up", 1)
    );
}

#[test]
fn two_knobs_of_one_name_are_refused() {
    let twice = Governor::builder()
        .knob(limit(1).0)
        .knob(limit(1).0)
        .start();
    assert!(matches!(twice, Err(StartError::SameName { .. })));
}

#[test]
fn every_move_that_there_may_be_is_counted_from_the_start() {
    let governor = Governor::builder().knob(limit(1).0).start().unwrap();
    let actions = governor.actions();
    assert_eq!(actions.len(), 2 * Cause::MOVES.len());
    assert!(
        actions
            .iter()
            .all(|action| action.count == 0 && action.cause != Cause::Hold)
    );
}
