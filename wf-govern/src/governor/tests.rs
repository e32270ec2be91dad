use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, TryRecvError, channel};
use std::thread;

use super::*;
use crate::config::StartError;
use crate::decision::Cause;
use crate::knob::Knob;
use wf_instrument::snapshot::Snapshot;
use wf_sense::{Readings, Sensors, Watch};

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
fn the_last_clone_ends_the_thread_and_leaves_the_knobs() {
    let (alive, ended) = channel::<()>();
    let (governor, cell) = started(move || {
        let _held = &alive;
        (Snapshot::take(), Readings::default())
    });
    let clone = governor.clone();
    drop(governor);
    assert_eq!(ended.try_recv(), Err(TryRecvError::Empty));
    drop(clone);
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
    let record = loop {
        let found = governor
            .journal()
            .into_iter()
            .find(|r| r.decision.cause == Cause::Watchdog);
        if let Some(record) = found {
            break record;
        }
        thread::yield_now();
    };
    assert!(
        record.decision.reason.contains("panicked"),
        "{}",
        record.decision.reason
    );
    assert_eq!(lock(&governor.owner.control).mode(), Mode::Advisory);
}

#[test]
fn a_knob_is_set_by_hand_and_the_journal_says_so() {
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
fn every_possible_move_is_counted_from_the_start() {
    let governor = Governor::builder().knob(limit(1).0).start().unwrap();
    let actions = governor.actions();
    assert_eq!(actions.len(), 2 * Cause::MOVES.len());
    assert!(
        actions
            .iter()
            .all(|action| action.count == 0 && action.cause != Cause::Hold)
    );
}

#[test]
fn a_stop_ends_the_thread_of_all_clones_and_the_journal_stays() {
    let (alive, ended) = channel::<()>();
    let (governor, _) = started(move || {
        let _held = &alive;
        (Snapshot::take(), Readings::default())
    });
    let clone = governor.clone();
    clone.stop();
    assert!(ended.recv().is_err(), "the source lives on in some thread");
    governor.stop();
    governor.resume();
    let status = governor.status();
    assert_eq!(status.mode, Mode::Stopped);
    assert!(status.to_string().starts_with("stopped;"), "{status}");
    assert_eq!(governor.set("concurrency", 12, Duration::ZERO).unwrap(), 12);
    assert_eq!(governor.journal(), clone.journal());
}

#[test]
fn fast_readings_of_a_watch_reach_the_journal() {
    let watch = Watch::start(Sensors::new()).unwrap();
    let builder = Governor::builder().knob(limit(8).0).sensors(watch);
    let governor = builder.period(Duration::from_millis(50)).start().unwrap();
    let fast = |record: &Record| record.inputs.evidence.fast.readings;
    let arrived = || governor.journal().iter().any(|record| fast(record) > 0);
    // Fast readings come five times a second.
    let mut tries = (0..1_000).map(|_| thread::sleep(Duration::from_millis(10)));
    assert!(tries.any(|()| arrived()));
}

/// Lets a subscriber of a governor's watch end that governor. The watch has no other clone.
fn ended_by_a_subscriber(end: impl FnOnce(Governor) + Send + 'static) {
    let watch = Watch::start(Sensors::new()).unwrap();
    let (give, take) = channel::<Governor>();
    let (ended, ends) = channel();
    let mut end = Some(end);
    watch.subscribe(move |_| match take.try_recv() {
        Ok(governor) => {
            end.take().unwrap()(governor);
            ended.send(()).unwrap();
            ControlFlow::Break(())
        }
        Err(_) => ControlFlow::Continue(()),
    });
    let builder = Governor::builder().knob(limit(8).0).sensors(watch);
    give.send(builder.start().unwrap()).unwrap();
    let waited = ends.recv_timeout(Duration::from_secs(20));
    assert_eq!(waited, Ok(()), "the subscriber waits for ever");
}

#[test]
fn a_subscriber_of_its_watch_can_drop_a_governor() {
    ended_by_a_subscriber(drop);
}

#[test]
fn a_subscriber_of_its_watch_can_stop_a_governor() {
    ended_by_a_subscriber(|governor| governor.stop());
}

#[test]
fn every_stop_waits_for_the_tick_in_progress() {
    let (release, held) = channel::<()>();
    let (begin, begun) = channel();
    let (governor, _) = started(move || {
        begin.send(()).unwrap();
        assert!(held.recv().is_err(), "released");
        (Snapshot::take(), Readings::default())
    });
    begun.recv().unwrap();
    let (stopped, stops) = channel();
    for _ in 0..2 {
        let (governor, stopped) = (governor.clone(), stopped.clone());
        thread::spawn(move || {
            governor.stop();
            stopped.send(()).unwrap();
        });
    }
    let early = stops.recv_timeout(Duration::from_millis(300));
    assert_eq!(early, Err(RecvTimeoutError::Timeout));
    drop(release);
    assert_eq!((stops.recv(), stops.recv()), (Ok(()), Ok(())));
}

#[test]
fn a_tick_can_stop_its_own_governor() {
    let (give, take) = channel::<Governor>();
    let (alive, ended) = channel::<()>();
    let (governor, _) = started(move || {
        let _held = &alive;
        take.recv().unwrap().stop();
        (Snapshot::take(), Readings::default())
    });
    give.send(governor.clone()).unwrap();
    assert!(ended.recv().is_err(), "the source lives on in some thread");
    assert_eq!(governor.status().mode, Mode::Stopped);
}
