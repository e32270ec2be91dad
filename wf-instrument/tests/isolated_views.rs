//! Tests of one binary share all series, and each sees what it recorded itself.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use common::block_on;
use wf_instrument::snapshot::{Isolated, Window};
use wf_instrument::{wf_count, wf_measure, wf_token};

#[wf_measure(ttft, name = "isolated reply")]
fn reply(tokens: u64) {
    wf_token!(tokens);
    wf_count!("isolated_replies");
}

/// Requests, tokens and counts in the window.
fn recorded(window: &Window) -> [u64; 3] {
    let change = &window.metrics;
    let reply = |row: &&_| is_ours(row);
    let replies = change.generations.iter().find(reply).expect("a row");
    let mut counters = change.counters.iter();
    let counter = counters.find(|row| &*row.name == "isolated_replies");
    [
        replies.arrived,
        replies.tokens,
        counter.expect("a row").value,
    ]
}

fn is_ours(row: &wf_instrument::snapshot::GenerationMetrics) -> bool {
    &*row.model == "isolated reply"
}

/// `replies` of one token each from each of `threads` threads, in a view of its own.
fn alone(threads: u64, replies: u64) {
    let view = Isolated::begin();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..replies {
                    reply(1);
                    thread::yield_now();
                }
            });
        }
    });
    let all = threads * replies;
    assert_eq!(recorded(&view.window()), [all; 3]);
}

#[test]
fn one_test_sees_its_own_replies() {
    (0..20).for_each(|_| alone(1, 30));
}

#[test]
fn another_test_sees_its_own_replies_of_the_same_function() {
    (0..20).for_each(|_| alone(1, 7));
}

#[test]
fn a_test_with_threads_of_its_own_sees_what_they_record() {
    (0..20).for_each(|_| alone(4, 11));
}

#[test]
fn a_view_may_be_held_across_an_await_and_end_on_another_thread() {
    let view = Isolated::begin();
    let task = async move {
        common::yield_now().await;
        reply(3);
        common::yield_now().await;
        assert_eq!(recorded(&view.window()), [1, 3, 1]);
    };
    thread::spawn(|| block_on(task))
        .join()
        .expect("the task is done");
}

#[test]
fn a_test_that_fails_gives_its_turn_to_the_next() {
    let failed = thread::spawn(|| {
        let _view = Isolated::begin();
        panic!("on purpose");
    });
    assert!(failed.join().is_err());
    alone(1, 2);
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
fn a_second_view_on_one_thread_is_an_error_and_no_hang() {
    let view = Isolated::begin();
    let told = std::panic::catch_unwind(Isolated::begin).expect_err("there is one already");
    let told = told.downcast_ref::<&str>().expect("a message");
    assert!(told.contains("drop that one first"), "{told}");
    drop(view);
    drop(Isolated::begin());
}
