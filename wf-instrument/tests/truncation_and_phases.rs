//! Truncated requests, prompt tokens, and the phases of a request.

mod common;

use common::rows::{assert_samples, generation, outcome_counts};
use common::{block_on, yield_now};
use futures_util::stream::{self, Stream, StreamExt};
use wf_instrument::clock::mock::Mock;
use wf_instrument::registry::{self, GenerationSite};
use wf_instrument::{Nanos, Outcome, truncated, wf_measure, wf_token};

fn site(name: &str) -> &'static GenerationSite {
    registry::generation(name, "", None).expect("there is room")
}

/// Number of requests that ended ok, and of them the truncated ones.
fn ok_and_truncated(name: &str) -> (u64, u64) {
    let row = generation(name);
    (row.outcomes.ok, row.truncated)
}

#[test]
fn truncated_requests_are_counted_among_those_that_ended_ok() {
    let chat = site("truncated");
    for is_truncated in [false, true, false] {
        let request = chat.arrive();
        request.tokens(1);
        if is_truncated {
            request.truncated();
        }
        request.end(Outcome::Ok);
    }
    assert_eq!(ok_and_truncated("truncated"), (3, 1));
}

#[test]
fn only_a_request_that_ends_ok_counts_as_truncated() {
    let chat = site("truncated and failed");
    let truncated_one = || {
        let request = chat.arrive();
        request.truncated();
        request
    };
    drop(truncated_one());
    truncated_one().end(Outcome::Error);
    let failed = truncated_one();
    failed.failed();
    failed.truncated();
    failed.end(Outcome::Ok);
    assert_eq!(
        outcome_counts(generation("truncated and failed").outcomes),
        [0, 2, 1, 0]
    );
    assert_eq!(ok_and_truncated("truncated and failed"), (0, 0));
}

#[test]
fn code_in_scope_of_a_generation_may_mark_it_truncated() {
    #[wf_measure(ttft, name = "truncated in scope")]
    async fn counted(most: usize) -> usize {
        for _ in 0..most {
            yield_now().await;
            wf_token!();
        }
        truncated();
        most
    }

    #[wf_measure(ttft, name = "truncated in a stream")]
    fn streamed(words: usize, most: usize) -> impl Stream<Item = usize> {
        stream::iter(0..words.min(most)).map(move |n| {
            if n + 1 == most {
                truncated();
            }
            n
        })
    }

    block_on(counted(2));
    assert_eq!(ok_and_truncated("truncated in scope"), (1, 1));
    for (words, most) in [(3, 9), (9, 3)] {
        block_on(streamed(words, most).count());
    }
    assert_eq!(ok_and_truncated("truncated in a stream"), (2, 1));
    truncated();
}

#[test]
fn a_window_counts_each_truncated_request_once() {
    use wf_instrument::snapshot::{Snapshot, Window};
    let chat = site("truncated in windows");
    let end_one = |is_truncated: bool| {
        let request = chat.arrive();
        if is_truncated {
            request.truncated();
        }
        request.end(Outcome::Ok);
    };
    end_one(true);
    let before = Snapshot::take();
    [true, false, true].into_iter().for_each(end_one);
    let window = Window::between(&before, &Snapshot::take());
    let row = window.metrics.generations;
    let row = row.iter().find(|row| &*row.model == "truncated in windows");
    let row = row.expect("the site is listed");
    assert_eq!((row.outcomes.ok, row.truncated), (3, 2));
}

#[test]
fn a_prompt_is_counted_once_and_only_after_prefill() {
    let chat = site("prompt read");
    let prompt_counts = || {
        let row = generation("prompt read");
        (row.prompt_tokens, row.prompt_tokens_each().count())
    };
    let arrived = || {
        let request = chat.arrive();
        request.prompt_tokens(10);
        request
    };
    let failed = arrived();
    failed.end(Outcome::Error);
    let admitted = arrived();
    admitted.admitted();
    drop(admitted);
    assert_eq!(prompt_counts(), (0, 0), "no prefill ended");
    let generating = arrived();
    generating.prompt_tokens(5);
    assert_eq!(prompt_counts(), (0, 0), "its prefill is running");
    generating.tokens(1);
    assert_eq!(prompt_counts(), (15, 1));
    generating.tokens(1);
    generating.end(Outcome::Ok);
    assert_eq!(prompt_counts(), (15, 1), "once");
    arrived().end(Outcome::Ok);
    assert_eq!(
        prompt_counts(),
        (25, 2),
        "a request that ended ok without a token had its prefill"
    );
    let late = chat.arrive();
    late.tokens(1);
    late.prompt_tokens(3);
    assert_eq!(prompt_counts(), (28, 3), "reported after the first token");
    drop(late);
    assert_eq!(prompt_counts(), (28, 3));
}

#[test]
fn ttft_is_queue_plus_prefill_and_decode_follows() {
    let chat = site("phases");
    let clock = Mock::start();
    let wait = |millis| clock.advance(Nanos::from_millis(millis));
    let request = chat.arrive();
    wait(30);
    request.admitted();
    wait(70);
    request.tokens(1);
    wait(20);
    request.tokens(1);
    wait(40);
    request.tokens(2);
    wait(500);
    request.end(Outcome::Ok);
    let row = generation("phases");
    for (samples, millis) in [
        (row.queue(), 30),
        (row.prefill(), 70),
        (row.time_to_first_token(), 100),
        (row.decode(), 60),
        (row.end_to_end(), 660),
    ] {
        assert_samples(samples, 1, millis);
    }
}

#[test]
fn a_phase_without_its_start_or_end_has_no_sample() {
    let chat = site("no phases");
    let request = chat.arrive();
    request.tokens(1);
    request.end(Outcome::Cancelled);
    chat.arrive().end(Outcome::Ok);
    let row = generation("no phases");
    assert_eq!((row.prefill().count(), row.decode().count()), (0, 0));
}
