//! One thread reads for everybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wf_instrument::{Bytes, Nanos};
use wf_sense::{Heap, Reading, Sensors, Watch};

#[test]
fn a_watch_has_read_once_when_it_starts_and_goes_on_by_itself() {
    let watch = Watch::start(Sensors::new()).unwrap();
    let first = watch.readings();
    assert!(first.memory.resident.value().is_some());
    assert!(watch.guard().resident.value().is_some());
    until(|| watch.readings().at > first.at);
    until(|| watch.readings().cpu.process.value().is_some());
    until(|| watch.readings().sensing.guard.value().is_some());
}

#[test]
fn guards_come_between_passes_and_are_told_to_whoever_asked() {
    let told = Arc::new(AtomicU64::new(0));
    let heard = told.clone();
    let count = move |_: &_| {
        heard.fetch_add(1, Ordering::Relaxed);
    };
    let watch = Watch::guarding(Sensors::new(), count).unwrap();
    let (first, guards) = (watch.readings().at, told.load(Ordering::Relaxed));
    until(|| watch.readings().at > first);
    until(|| told.load(Ordering::Relaxed) > guards + 2);
    let age = watch.guard().resident.age(wf_instrument::clock::now());
    assert!(age.is_some_and(|age| age < Nanos::from_secs(60)));
}

#[test]
fn a_reaction_that_panics_ends_nothing() {
    let told = Arc::new(AtomicU64::new(0));
    let heard = told.clone();
    let watch = Watch::guarding(Sensors::new(), move |_| {
        heard.fetch_add(1, Ordering::Relaxed);
        panic!("on purpose");
    })
    .unwrap();
    let first = watch.readings().at;
    until(|| told.load(Ordering::Relaxed) > 2);
    until(|| watch.readings().at > first);
}

#[test]
fn clones_share_one_thread_which_ends_with_the_last() {
    let alive = Arc::new(());
    let held = alive.clone();
    let watch = Watch::guarding(Sensors::new(), move |_| {
        let _held = &held;
    })
    .unwrap();
    let last = watch.clone();
    drop(watch);
    let first = last.readings().at;
    until(|| last.readings().at > first);
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(last);
    assert_eq!(Arc::strong_count(&alive), 1, "the thread has ended");
}

#[test]
fn a_heap_that_is_offered_is_read_and_one_that_panics_is_unknown() {
    let heap = Heap {
        live: Bytes::new(7),
        held: Some(Bytes::new(9)),
    };
    let offered = Sensors::new().heap(move || heap).read();
    assert_eq!(offered.memory.heap.value(), Some(&heap));
    let broken = Sensors::new().heap(|| panic!("on purpose")).read();
    let reason = Reading::Unknown("reading the heap panicked".into());
    assert_eq!(broken.memory.heap, reason);
    assert!(broken.memory.resident.value().is_some());
    let asked = Arc::new(AtomicU64::new(0));
    let times = asked.clone();
    let mut sensors = Sensors::new().heap(move || {
        times.fetch_add(1, Ordering::Relaxed);
        panic!("on purpose");
    });
    for _ in 0..5 {
        assert_eq!(sensors.read().memory.heap, reason);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 3, "it is not asked again");
    assert!(Sensors::new().read().memory.heap.is_absent());
}

#[cfg(feature = "tokio")]
#[test]
fn a_runtime_is_read_by_its_stable_metrics() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut sensors = Sensors::new().runtime(runtime.handle());
    let before = sensors.read().runtime.workers;
    assert_eq!(before.value().map(|workers| workers.tasks), Some(0));
    for _ in 0..3 {
        runtime.spawn(std::future::pending::<()>());
    }
    let after = sensors.read().runtime;
    let workers = after.workers.value().unwrap();
    assert_eq!((workers.workers, workers.tasks), (1, 3));
    assert_eq!(workers.queued, 3, "none was polled yet");
    assert_eq!(after.busy.value(), None, "asked again too soon for a rate");
    assert!(Sensors::new().read().runtime.workers.is_absent());
}

/// Waits for what comes by itself; a minute is long enough for the slowest machine.
fn until(comes: impl Fn() -> bool) {
    let began = Instant::now();
    while !comes() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came");
        thread::sleep(Duration::from_millis(5));
    }
}
