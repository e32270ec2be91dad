use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::*;

fn cell(value: u64) -> Arc<Mutex<u64>> {
    Arc::new(Mutex::new(value))
}

fn reader(cell: &Arc<Mutex<u64>>) -> impl FnMut() -> u64 + Send + use<> {
    let cell = cell.clone();
    move || *cell.lock().unwrap()
}

fn writer(cell: &Arc<Mutex<u64>>) -> impl FnMut(u64) -> Result<u64, ApplyError> + Send + use<> {
    let cell = cell.clone();
    move |value| {
        *cell.lock().unwrap() = value;
        Ok(value)
    }
}

#[test]
fn no_value_out_of_bounds_reaches_the_application() {
    let value = cell(4);
    let mut knob = Knob::new("k", 2..=8, reader(&value), writer(&value));
    for out in [0, 1, 9, u64::MAX] {
        assert!(matches!(
            knob.apply(out),
            Err(KnobError::OutOfBounds { min: 2, max: 8, .. })
        ));
    }
    assert_eq!(*value.lock().unwrap(), 4);
    assert!(
        knob.position().is_usable(),
        "a mistake of the caller is no failure of the knob"
    );
}

#[test]
fn three_failures_in_a_row_quarantine_until_released() {
    let value = cell(4);
    let mut knob = Knob::new("k", 1..=8, reader(&value), |_| Err("busy".into()));
    for _ in 0..3 {
        assert!(matches!(knob.apply(5), Err(KnobError::Rejected { .. })));
    }
    assert!(matches!(
        knob.apply(5),
        Err(KnobError::Quarantined { failures: 3, .. })
    ));
    assert!(!knob.position().is_usable());
    knob.release();
    assert!(knob.position().is_usable());
}

#[test]
fn a_success_resets_the_count_of_failures() {
    let value = cell(4);
    let mut write = writer(&value);
    let mut calls = 0;
    let mut knob = Knob::new("k", 1..=8, reader(&value), move |v| {
        calls += 1;
        if calls % 3 == 0 {
            write(v)
        } else {
            Err("busy".into())
        }
    });
    for _ in 0..9 {
        let _ = knob.apply(5);
    }
    assert!(knob.position().is_usable());
}

#[test]
fn a_panic_of_a_closure_is_a_failure_of_the_knob() {
    let mut knob = Knob::new("k", 1..=8, || 4, |_| panic!("broken"));
    assert!(matches!(knob.apply(5), Err(KnobError::Panicked { .. })));
    let mut unreadable = Knob::new("k", 1..=8, || panic!("broken"), Ok);
    assert!(!unreadable.position().is_usable());
}

#[test]
fn a_value_that_does_not_read_back_is_a_mismatch() {
    let mut knob = Knob::new("k", 1..=8, || 4, Ok);
    assert!(matches!(
        knob.apply(5),
        Err(KnobError::Mismatch {
            applied: 5,
            read: 4,
            ..
        })
    ));
}

#[test]
fn the_application_may_apply_another_value_than_asked() {
    let value = cell(4);
    let mut write = writer(&value);
    let mut knob = Knob::new("k", 1..=8, reader(&value), move |v| write(v & !1));
    assert_eq!(knob.apply(7).unwrap(), 6);
}

#[test]
fn reads_that_panic_now_and_then_do_not_quarantine() {
    let mut calls = 0;
    let flaky = move || {
        calls += 1;
        assert!(calls % 3 == 0, "not now");
        4
    };
    let mut knob = Knob::new("k", 1..=8, flaky, Ok);
    let usable: Vec<bool> = (0..9).map(|_| knob.position().is_usable()).collect();
    assert_eq!(usable, [false, false, true].repeat(3));
}

#[test]
fn a_quarantined_knob_is_not_called_again() {
    let calls = cell(0);
    let counted = calls.clone();
    let broken = move || {
        *counted.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        panic!("broken")
    };
    let mut knob = Knob::new("k", 1..=8, broken, Ok);
    for _ in 0..9 {
        assert!(!knob.position().is_usable());
    }
    let called = |calls: &Mutex<u64>| *calls.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(called(&calls), 3);
    knob.release();
    assert!(!knob.position().is_usable());
    assert_eq!(called(&calls), 4);
}

#[test]
fn reads_that_succeed_do_not_hide_moves_that_fail() {
    let mut knob = Knob::new("k", 1..=8, || 4, |_| Err("busy".into()));
    for _ in 0..3 {
        assert!(knob.position().is_usable());
        assert!(matches!(knob.apply(5), Err(KnobError::Rejected { .. })));
    }
    assert!(!knob.position().is_usable());
}

/// A thread pool of the application.
struct Pool(AtomicU64);

impl Pool {
    fn threads(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn resize(&self, threads: u64) -> Result<u64, ApplyError> {
        self.0.store(threads, Ordering::Relaxed);
        Ok(threads)
    }
}

#[test]
fn a_weak_knob_moves_a_shared_object_and_does_not_keep_it_alive() {
    let pool = Arc::new(Pool(AtomicU64::new(4)));
    let mut knob = Knob::weak("threads", 1..=8, &pool, Pool::threads, Pool::resize);
    assert_eq!((knob.read().unwrap(), knob.apply(6).unwrap()), (4, 6));
    assert_eq!(pool.threads(), 6);
    assert_eq!(Arc::strong_count(&pool), 1);
}

#[test]
fn a_knob_whose_owner_was_dropped_says_so_however_often_it_is_called() {
    let pool = Arc::new(Pool(AtomicU64::new(4)));
    let mut knob = Knob::weak("threads", 1..=8, &pool, Pool::threads, Pool::resize);
    assert!(knob.position().is_usable());
    drop(pool);
    for _ in 0..4 {
        assert!(matches!(knob.read(), Err(KnobError::OwnerDropped { .. })));
        assert!(matches!(knob.apply(6), Err(KnobError::OwnerDropped { .. })));
    }
    let position = knob.position();
    assert_eq!((position.is_usable(), position.value), (false, 4));
    assert_eq!(
        knob.apply(6).unwrap_err().to_string(),
        "threads cannot be read or moved: the object that it belongs to was dropped"
    );
}

#[test]
fn a_role_sets_unit_steps_and_cost() {
    let mut workers = Knob::new("threads", 1..=16, || 4, Ok).for_role(Role::WORKERS);
    let position = workers.position();
    assert_eq!((position.role, &*position.unit), (Role::WORKERS, "threads"));
    assert_eq!(position.bounds.above(4), Some(6));
    assert_eq!(position.cost, Cost::CPU);
}
