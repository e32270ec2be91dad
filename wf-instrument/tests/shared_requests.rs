//! A request that several threads share.

mod common;

use std::sync::Barrier;
use std::thread;

use common::rows::{generation, outcome_counts};
use wf_instrument::{Generation, Outcome, registry, wf_token};

const THREADS: usize = 4;

/// Runs `work` on all threads at once, for one request after another.
fn run_on_all(name: &str, requests: u64, work: impl Fn(&Generation) + Sync) {
    let site = registry::generation(name, "", None).expect("a valid name");
    for _ in 0..requests {
        let request = site.arrive();
        let all = Barrier::new(THREADS);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    all.wait();
                    work(&request);
                });
            }
        });
        request.end(Outcome::Ok);
    }
}

#[test]
fn threads_that_share_a_request_lose_no_token_and_count_one_first_token() {
    const ROUNDS: u64 = 30;
    const EACH: u64 = 5_000;
    run_on_all("shared", ROUNDS, |request| {
        (0..EACH).for_each(|_| request.tokens(1));
    });
    let row = generation("shared");
    let tokens = THREADS as u64 * EACH;
    assert_eq!(row.tokens, ROUNDS * tokens);
    assert_eq!(row.time_to_first_token().count(), ROUNDS);
    assert_eq!(row.decode().count(), ROUNDS);
    assert_eq!(row.tokens_each().sum(), ROUNDS * tokens);
}

#[test]
fn several_threads_may_have_one_request_in_scope() {
    let site = registry::generation("entered by all", "", None).expect("a valid name");
    let request = site.arrive();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| request.enter(|| (0..1_000).for_each(|_| wf_token!())));
        }
    });
    request.end(Outcome::Ok);
    let row = generation("entered by all");
    assert_eq!((row.tokens, row.time_to_first_token().count()), (4_000, 1));
}

#[test]
fn a_request_admitted_by_several_threads_has_one_queue_and_one_prefill_time() {
    const ROUNDS: u64 = 300;
    run_on_all("admitted by all", ROUNDS, |request| {
        request.admitted();
        request.prompt_tokens(3);
        request.tokens(1);
    });
    let row = generation("admitted by all");
    assert_eq!(
        (row.queue().count(), row.prefill().count()),
        (ROUNDS, ROUNDS)
    );
    assert_eq!(row.prompt_tokens, ROUNDS * 3 * THREADS as u64);
}

#[test]
fn thousands_of_requests_in_flight_are_counted_separately() {
    const REQUESTS: u64 = 5_000;
    let site = registry::generation("very many", "", None).expect("a valid name");
    for _ in 0..2 {
        let requests: Vec<_> = (0..REQUESTS).map(|_| site.arrive()).collect();
        requests.iter().for_each(|request| request.tokens(2));
        assert_eq!(generation("very many").in_flight(), REQUESTS);
        assert!(generation("very many").oldest.is_some());
        requests
            .into_iter()
            .for_each(|request| request.end(Outcome::Ok));
    }
    let row = generation("very many");
    assert_eq!((row.in_flight(), row.oldest), (0, None));
    assert_eq!((row.tokens, row.tokens_each().max()), (20_000, Some(2)));
    assert_eq!(outcome_counts(row.outcomes), [10_000, 0, 0, 0]);
}
