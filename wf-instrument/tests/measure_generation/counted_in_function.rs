//! Tokens that the function counts by `wf_token!`.

use std::panic::catch_unwind;
use std::pin::pin;

use wf_instrument::{wf_count, wf_measure, wf_token};

use crate::common::rows::{assert_samples, generation, outcome_counts};
use crate::common::{block_on, poll_once, yield_now};
use crate::timed_items::Clock;

#[test]
fn tokens_are_counted_for_the_generation_in_scope() {
    #[wf_measure(ttft, name = "counted in function")]
    fn generate(clock: &Clock, n: u64) -> Result<u64, String> {
        clock.wait(250);
        wf_token!();
        for _ in 1..n {
            clock.wait(20);
            push();
        }
        if n == 9 {
            Err("too many".to_owned())
        } else {
            Ok(n)
        }
    }

    fn push() {
        wf_count!(tokens, 1);
    }

    let clock = Clock::start();
    assert_eq!(generate(&clock, 3), Ok(3));
    let row = generation("counted in function");
    assert_samples(row.time_to_first_token(), 1, 250);
    assert_samples(row.inter_token_latency(), 2, 20);
    assert_samples(row.end_to_end(), 1, 290);
    assert!(generate(&clock, 9).is_err());
    let row = generation("counted in function");
    assert_eq!(
        (row.tokens, row.in_flight(), outcome_counts(row.outcomes)),
        (12, 0, [1, 1, 0, 0])
    );
}

#[test]
fn tokens_between_awaits_are_counted_for_their_own_generation() {
    #[wf_measure(ttft, model = model)]
    async fn generate(clock: &Clock, model: &str, n: u64) -> u64 {
        for _ in 0..n {
            clock.wait(10);
            wf_token!();
            yield_now().await;
        }
        n
    }

    let clock = Clock::start();
    let (mut a, mut b) = (
        pin!(generate(&clock, "a", 3)),
        pin!(generate(&clock, "b", 5)),
    );
    for _ in 0..2 {
        assert!(poll_once(a.as_mut()).is_pending() && poll_once(b.as_mut()).is_pending());
    }
    assert_eq!((generation("a").tokens, generation("b").tokens), (2, 2));
    assert_eq!(
        (generation("a").in_flight(), generation("b").in_flight()),
        (1, 1)
    );
    assert_eq!((block_on(a), block_on(b)), (3, 5));
    assert_eq!((generation("a").tokens, generation("b").tokens), (3, 5));
    assert_samples(generation("a").time_to_first_token(), 1, 10);
}

#[test]
fn tokens_are_counted_for_their_generation_when_tasks_change_threads() {
    #[wf_measure(ttft, model = model)]
    async fn generate(model: &str, n: u64) -> u64 {
        for _ in 0..n {
            wf_token!();
            yield_now().await;
        }
        n
    }

    let mut tasks =
        [("moved a", 8), ("moved b", 12)].map(|(model, n)| Box::pin(generate(model, n)));
    let mut done = [false; 2];
    while done != [true; 2] {
        // Like a work-stealing executor, but deterministic: a new thread for each round of polls.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for (task, done) in tasks.iter_mut().zip(&mut done).filter(|(_, done)| !**done) {
                    *done = poll_once(task.as_mut()).is_ready();
                }
            });
        });
    }
    for (model, tokens) in [("moved a", 8), ("moved b", 12)] {
        let row = generation(model);
        assert_eq!(
            (row.tokens, row.in_flight(), outcome_counts(row.outcomes)),
            (tokens, 0, [1, 0, 0, 0])
        );
    }
}

#[test]
fn a_generation_within_another_counts_its_own_tokens() {
    #[wf_measure(ttft, name = "outer")]
    fn outer() -> u8 {
        wf_token!();
        let n = inner();
        wf_token!(2);
        n
    }

    #[wf_measure(ttft, name = "inner")]
    fn inner() -> u8 {
        wf_token!(7u32);
        7
    }

    #[wf_measure(ttft, name = "outer async")]
    async fn outer_async() {
        wf_token!();
        inner_async().await;
        wf_token!(2);
    }

    #[wf_measure(ttft, name = "inner async")]
    async fn inner_async() {
        wf_token!(3);
        yield_now().await;
        wf_token!(4);
    }

    outer();
    block_on(outer_async());
    for (name, tokens) in [
        ("outer", 3),
        ("inner", 7),
        ("outer async", 3),
        ("inner async", 7),
    ] {
        assert_eq!(generation(name).tokens, tokens, "{name}");
    }
}

#[test]
fn a_dropped_task_ends_as_cancelled_and_a_panicking_one_as_panicked() {
    #[wf_measure(ttft, name = "ends")]
    async fn generate(panics: bool) -> Result<(), ()> {
        yield_now().await;
        assert!(!panics, "on purpose");
        yield_now().await;
        Ok(())
    }

    {
        let mut dropped = pin!(generate(false));
        assert!(poll_once(dropped.as_mut()).is_pending());
        assert_eq!(generation("ends").in_flight(), 1);
    }
    catch_unwind(|| block_on(generate(true))).unwrap_err();
    let row = generation("ends");
    assert_eq!(
        (row.in_flight(), outcome_counts(row.outcomes)),
        (0, [0, 0, 1, 1])
    );
}

#[test]
fn each_call_of_a_recursive_generation_is_counted() {
    #[wf_measure(ttft, name = "recursive")]
    fn generate(depth: u64) -> u64 {
        wf_token!();
        if depth == 0 {
            return generation("recursive").in_flight();
        }
        generate(depth - 1)
    }

    assert_eq!(generate(2), 3);
    let row = generation("recursive");
    assert_eq!((row.tokens, row.in_flight(), row.outcomes.ok), (3, 0, 3));
}

#[test]
fn a_call_that_panics_ends_as_panicked() {
    #[wf_measure(ttft, name = "unwinding call")]
    fn call() -> Result<u8, ()> {
        panic!("on purpose");
    }

    catch_unwind(call).unwrap_err();
    let row = generation("unwinding call");
    assert_eq!(
        (row.in_flight(), outcome_counts(row.outcomes)),
        (0, [0, 0, 0, 1])
    );
}
