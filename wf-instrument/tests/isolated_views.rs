//! Tests of one binary share all series, and an isolated view has only the events of its own test.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use common::block_on;
use wf_instrument::snapshot::{Isolated, Window};
use wf_instrument::{wf_count, wf_measure, wf_token};

#[wf_measure(ttft, name = "isolated generation")]
fn generate(tokens: u64) {
    wf_token!(tokens);
    wf_count!("isolated_requests");
}

/// Numbers of requests, tokens and counts in the window.
fn counts(window: &Window) -> [u64; 3] {
    let change = &window.metrics;
    let is_ours = |row: &&_| is_ours(row);
    let requests = change.generations.iter().find(is_ours).expect("a row");
    let mut counters = change.counters.iter();
    let counter = counters.find(|row| &*row.name == "isolated_requests");
    [
        requests.arrived,
        requests.tokens,
        counter.expect("a row").value,
    ]
}

fn is_ours(row: &wf_instrument::snapshot::GenerationMetrics) -> bool {
    &*row.model == "isolated generation"
}

/// Asserts that a view has exactly the requests of one token each that each of `threads` threads
/// records.
fn check_view(threads: u64, requests: u64) {
    let view = Isolated::begin();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..requests {
                    generate(1);
                    thread::yield_now();
                }
            });
        }
    });
    let all = threads * requests;
    assert_eq!(counts(&view.window()), [all; 3]);
}

#[test]
fn a_view_has_only_the_requests_of_its_test() {
    (0..20).for_each(|_| check_view(1, 30));
}

#[test]
fn a_concurrent_view_of_the_same_function_has_only_its_own_requests() {
    (0..20).for_each(|_| check_view(1, 7));
}

#[test]
fn a_view_has_the_requests_of_other_threads_of_its_test() {
    (0..20).for_each(|_| check_view(4, 11));
}

#[test]
fn a_view_may_be_held_across_an_await_and_end_on_another_thread() {
    let view = Isolated::begin();
    let task = async move {
        common::yield_now().await;
        generate(3);
        common::yield_now().await;
        assert_eq!(counts(&view.window()), [1, 3, 1]);
    };
    thread::spawn(|| block_on(task))
        .join()
        .expect("it does not panic");
}

#[test]
fn a_test_that_panics_lets_the_next_view_begin() {
    let failed = thread::spawn(|| {
        let _view = Isolated::begin();
        panic!("on purpose");
    });
    assert!(failed.join().is_err());
    check_view(1, 2);
}

#[test]
fn views_never_overlap() {
    static INSIDE: AtomicU64 = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let _view = Isolated::begin();
                    assert_eq!(INSIDE.fetch_add(1, Ordering::SeqCst), 0);
                    thread::yield_now();
                    INSIDE.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    });
}

#[test]
fn a_second_view_on_one_thread_panics_and_does_not_deadlock() {
    let view = Isolated::begin();
    let panic = std::panic::catch_unwind(Isolated::begin).expect_err("there is one already");
    let message = panic.downcast_ref::<&str>().expect("a message");
    assert!(message.contains("drop that one first"), "{message}");
    drop(view);
    drop(Isolated::begin());
}
