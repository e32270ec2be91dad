use std::sync::{Arc, Mutex, PoisonError};

use super::*;

fn cell(value: u64) -> Arc<Mutex<u64>> {
    Arc::new(Mutex::new(value))
}

fn reader(cell: &Arc<Mutex<u64>>) -> impl FnMut() -> u64 + Send + use<> {
    let cell = cell.clone();
    move || *cell.lock().unwrap()
}

fn writer(cell: &Arc<Mutex<u64>>) -> impl FnMut(u64) -> Result<u64, Refusal> + Send + use<> {
    let cell = cell.clone();
    move |value| {
        *cell.lock().unwrap() = value;
        Ok(value)
    }
}

#[test]
fn nothing_out_of_bounds_reaches_the_application() {
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
        knob.position().usable,
        "a caller's mistake is not the knob's failure"
    );
}

#[test]
fn three_failures_in_a_row_quarantine_until_released() {
    let value = cell(4);
    let mut knob = Knob::new("k", 1..=8, reader(&value), |_| Err("busy".into()));
    for _ in 0..3 {
        assert!(matches!(knob.apply(5), Err(KnobError::Refused { .. })));
    }
    assert!(matches!(
        knob.apply(5),
        Err(KnobError::Quarantined { failures: 3, .. })
    ));
    assert!(!knob.position().usable);
    knob.release();
    assert!(knob.position().usable);
}

#[test]
fn a_success_forgives_earlier_failures() {
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
    assert!(knob.position().usable);
}

#[test]
fn a_panicking_closure_is_a_failure_and_nothing_more() {
    let mut knob = Knob::new("k", 1..=8, || 4, |_| panic!("torn"));
    assert!(matches!(knob.apply(5), Err(KnobError::Panicked { .. })));
    let mut unreadable = Knob::new("k", 1..=8, || panic!("torn"), Ok);
    assert!(!unreadable.position().usable);
}

#[test]
fn a_value_that_does_not_read_back_is_not_taken() {
    let mut knob = Knob::new("k", 1..=8, || 4, Ok);
    assert!(matches!(
        knob.apply(5),
        Err(KnobError::NotTaken {
            applied: 5,
            found: 4,
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
fn readings_that_panic_now_and_then_are_no_reason_to_quarantine() {
    let mut calls = 0;
    let flaky = move || {
        calls += 1;
        assert!(calls % 3 == 0, "not now");
        4
    };
    let mut knob = Knob::new("k", 1..=8, flaky, Ok);
    let usable: Vec<bool> = (0..9).map(|_| knob.position().usable).collect();
    assert_eq!(usable, [false, false, true].repeat(3));
}

#[test]
fn a_quarantined_knob_is_not_called_again() {
    let calls = cell(0);
    let counted = calls.clone();
    let broken = move || {
        *counted.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        panic!("torn")
    };
    let mut knob = Knob::new("k", 1..=8, broken, Ok);
    for _ in 0..9 {
        assert!(!knob.position().usable);
    }
    let called = |calls: &Mutex<u64>| *calls.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(called(&calls), 3);
    knob.release();
    assert!(!knob.position().usable);
    assert_eq!(called(&calls), 4);
}

#[test]
fn readings_that_succeed_do_not_hide_moves_that_fail() {
    let mut knob = Knob::new("k", 1..=8, || 4, |_| Err("busy".into()));
    for _ in 0..3 {
        assert!(knob.position().usable);
        assert!(matches!(knob.apply(5), Err(KnobError::Refused { .. })));
    }
    assert!(!knob.position().usable);
}
