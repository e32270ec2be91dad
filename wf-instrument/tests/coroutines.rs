//! Stackful coroutines that suspend inside measured functions and end in any order, on any thread.
//!
//! The generation that counts their tokens is unspecified. But no token is lost, no request stays
//! in scope, and such code does not crash, since it is safe.
#![forbid(unsafe_code)]

mod common;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use common::rows::{generation, outcome_counts, span};
use generator::{Generator, Gn, Scope};
use wf_instrument::record::{MeasureIterator, Progress};
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{registry, wf_measure, wf_token};

type Coroutine = Generator<'static, (), ()>;

/// Counts a token, suspends, and counts another.
#[wf_measure(ttft, model = model)]
fn generate(model: &str, suspend: &mut Scope<'_, 'static, (), ()>) -> u64 {
    wf_token!();
    suspend.yield_with(());
    wf_token!();
    2
}

/// Starts a coroutine that suspends inside [`generate`].
fn suspend_in_generation(model: &'static str) -> Coroutine {
    let mut coroutine = Gn::new_scoped(move |mut suspend| {
        generate(model, &mut suspend);
    });
    assert!(coroutine.resume().is_some(), "it suspends");
    coroutine
}

/// Runs a coroutine to its end and frees its stack.
fn finish(mut coroutine: Coroutine) {
    while coroutine.resume().is_some() && !coroutine.is_done() {}
}

/// Runs the tests one at a time: orphan tokens are counted for the whole process.
fn serialize_tests() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn orphans() -> u64 {
    Snapshot::take().metrics.orphan_tokens
}

/// Asserts that no request is in scope on this thread.
#[track_caller]
fn assert_out_of_scope() {
    let before = orphans();
    wf_token!(7);
    assert_eq!(orphans() - before, 7);
}

#[test]
fn requests_may_end_in_any_order() {
    let _one_at_a_time = serialize_tests();
    for (order, models) in [
        ([0, 1, 2], ["first in a", "first in b", "first in c"]),
        ([2, 1, 0], ["last in a", "last in b", "last in c"]),
        ([1, 2, 0], ["mixed a", "mixed b", "mixed c"]),
    ] {
        let before = orphans();
        let mut coroutines = models.map(|model| Some(suspend_in_generation(model)));
        for next in order {
            finish(coroutines[next].take().expect("each ends once"));
        }
        let rows = models.map(generation);
        let counted: u64 = rows.iter().map(|row| row.tokens).sum();
        assert_eq!(counted + orphans() - before, 6, "{order:?}");
        for row in rows {
            assert_eq!(
                (row.in_flight(), outcome_counts(row.outcomes)),
                (0, [1, 0, 0, 0])
            );
        }
        assert_out_of_scope();
    }
}

#[test]
fn requests_may_end_on_another_thread() {
    let _one_at_a_time = serialize_tests();
    let before = orphans();
    let (a, b) = (
        suspend_in_generation("moved away a"),
        suspend_in_generation("moved away b"),
    );
    thread::spawn(move || {
        finish(a);
        assert_eq!(generation("moved away a").outcomes.ok, 1);
        finish(b);
    })
    .join()
    .expect("it does not panic");
    let counted = generation("moved away a").tokens + generation("moved away b").tokens;
    assert_eq!(counted + orphans() - before, 4);
    assert_out_of_scope();
}

#[test]
fn a_request_that_ends_on_another_thread_does_not_change_the_scope_there() {
    #[wf_measure(ttft, model = "host")]
    fn generate(guest: Coroutine) -> u64 {
        wf_token!();
        finish(guest);
        wf_token!(10);
        11
    }

    let _one_at_a_time = serialize_tests();
    let before = orphans();
    let guest = suspend_in_generation("guest");
    thread::spawn(move || generate(guest))
        .join()
        .expect("it does not panic");
    assert!(
        generation("host").tokens >= 11,
        "its own tokens, and perhaps more"
    );
    let all = generation("host").tokens + generation("guest").tokens + orphans() - before;
    assert_eq!(all, 13);
}

#[test]
fn a_reused_slot_is_not_mistaken_for_its_earlier_request() {
    let _one_at_a_time = serialize_tests();
    let (a, b) = (
        suspend_in_generation("gone a"),
        suspend_in_generation("gone b"),
    );
    finish(a);
    // The end of `b` restores `a` as the request in scope, but `a` has ended.
    finish(b);
    let site = registry::generation("later", "", None).expect("a valid name");
    let requests: Vec<_> = (0..500).map(|_| site.arrive()).collect();
    assert_out_of_scope();
    assert_eq!(generation("later").tokens, 0);
    drop(requests);
}

#[test]
fn an_iterator_may_be_suspended_inside_next() {
    let _one_at_a_time = serialize_tests();
    let site = registry::generation("suspended iterator", "", None).expect("a valid name");
    let start = |n: u64| -> Coroutine {
        let mut coroutine = Gn::new_scoped(move |mut suspend: Scope<'_, '_, (), ()>| {
            let items = (0..n).inspect(|_| suspend.yield_with(()));
            let one = |_: &u64| Progress::Tokens(1);
            let items = MeasureIterator::new(items, site.arrive(), one);
            assert_eq!(items.count() as u64, n);
        });
        assert!(coroutine.resume().is_some(), "it suspends");
        coroutine
    };
    let (a, b) = (start(3), start(4));
    finish(a);
    thread::spawn(|| finish(b))
        .join()
        .expect("it does not panic");
    let row = generation("suspended iterator");
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (7, [2, 0, 0, 0])
    );
    assert_out_of_scope();
}

#[test]
fn calls_may_end_on_another_thread_while_both_threads_record() {
    #[wf_measure(name = "suspended call")]
    fn call(suspend: &mut Scope<'_, 'static, (), ()>) {
        suspend.yield_with(());
    }

    const CALLS: u64 = 500;
    let begin = || -> Vec<Coroutine> {
        let suspended = (0..CALLS).map(|_| {
            let mut coroutine = Gn::new_scoped(|mut suspend| call(&mut suspend));
            assert!(coroutine.resume().is_some(), "it suspends");
            coroutine
        });
        suspended.collect()
    };
    let suspended = begin();
    let other = thread::spawn(move || suspended.into_iter().for_each(finish));
    // This thread keeps the slot in which the calls began.
    begin().into_iter().for_each(finish);
    other.join().expect("it does not panic");
    let row = span("suspended call");
    assert_eq!((row.ok.count(), row.in_flight), (2 * CALLS, 0));
}
