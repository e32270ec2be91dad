//! One thread reads for everybody.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use wf_instrument::{Bytes, Nanos};
use wf_sense::{Heap, Reading, Sensors, Watch};

#[test]
fn a_watch_has_read_once_when_it_starts_and_goes_on_by_itself() {
    let watch = Watch::start(Sensors::new()).unwrap();
    let first = watch.readings();
    assert!(first.memory.resident.value().is_some());
    assert!(watch.fast_readings().resident.value().is_some());
    until(|| watch.readings().at > first.at);
    until(|| watch.readings().cpu.utilization.value().is_some());
    until(|| watch.readings().sensing.fast_pass.value().is_some());
}

#[test]
fn fast_readings_come_between_passes_and_reach_each_subscriber() {
    let watch = Watch::start(Sensors::new()).unwrap();
    let counts = [(); 2].map(|()| count(&watch));
    let (first, earlier) = (watch.readings().at, get(&counts[0]));
    until(|| watch.readings().at > first);
    until(|| get(&counts[0]) > earlier + 2 && get(&counts[1]) > 2);
    let age = watch
        .fast_readings()
        .resident
        .age(wf_instrument::clock::now());
    assert!(age.is_some_and(|age| age < Nanos::from_secs(60)));
}

#[test]
fn a_subscriber_that_panics_is_called_again_and_ends_nothing() {
    let watch = Watch::start(Sensors::new()).unwrap();
    let calls = Arc::new(AtomicU64::new(0));
    let counted = calls.clone();
    watch.subscribe(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        panic!("on purpose");
    });
    let first = watch.readings().at;
    until(|| get(&calls) > 2);
    until(|| watch.readings().at > first);
}

#[test]
fn a_subscriber_that_breaks_is_dropped_and_may_subscribe_another() {
    let watch = Watch::start(Sensors::new()).unwrap();
    let (again, (sender, receiver)) = (watch.clone(), channel());
    watch.subscribe(move |_| {
        let sender = sender.clone();
        again.subscribe(move |_| match sender.send(()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        });
        ControlFlow::Break(())
    });
    for _ in 0..3 {
        receiver.recv_timeout(A_MINUTE).unwrap();
    }
}

#[test]
fn the_thread_ends_with_the_last_clone() {
    let watch = Watch::start(Sensors::new()).unwrap();
    let (held, subscribed) = channel::<()>();
    watch.subscribe(move |_| {
        let _is_dropped_with_the_thread = &held;
        ControlFlow::Continue(())
    });
    let clone = watch.clone();
    drop(watch);
    let first = clone.readings().at;
    until(|| clone.readings().at > first);
    assert_eq!(subscribed.try_recv(), Err(TryRecvError::Empty));
    drop(clone);
    assert_eq!(subscribed.try_recv(), Err(TryRecvError::Disconnected));
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

/// The number of fast readings from now on.
fn count(watch: &Watch) -> Arc<AtomicU64> {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = calls.clone();
    watch.subscribe(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(())
    });
    calls
}

fn get(calls: &AtomicU64) -> u64 {
    calls.load(Ordering::Relaxed)
}

/// Waits for what comes by itself; a minute is long enough for the slowest machine.
fn until(comes: impl Fn() -> bool) {
    let began = Instant::now();
    while !comes() {
        assert!(began.elapsed() < A_MINUTE, "it never came");
        thread::sleep(Duration::from_millis(5));
    }
}

const A_MINUTE: Duration = Duration::from_secs(60);
