//! What is recorded of how requests finish, and of what they had read by then.

mod common;

use common::rows::{assert_all, ends, generation};
use common::{block_on, yield_now};
use futures_util::stream::{self, Stream, StreamExt};
use wf_instrument::clock::mock::Mock;
use wf_instrument::registry::{self, GenerationSite};
use wf_instrument::{Nanos, Outcome, truncated, wf_measure, wf_token};

fn site(name: &str) -> &'static GenerationSite {
    registry::generation(name, "", None).expect("there is room")
}

/// Good ends, and of them those that were cut.
fn good(name: &str) -> (u64, u64) {
    let row = generation(name);
    (row.outcomes.ok, row.truncated)
}

#[test]
fn an_answer_that_was_cut_is_told_from_one_that_ended_by_itself() {
    let chat = site("cut");
    for is_cut in [false, true, false] {
        let request = chat.arrive();
        request.tokens(1);
        if is_cut {
            request.truncated();
        }
        request.end(Outcome::Ok);
    }
    assert_eq!(good("cut"), (3, 1));
}

#[test]
fn only_a_good_end_is_one_that_was_cut() {
    let chat = site("cut and more");
    let begun = || {
        let request = chat.arrive();
        request.truncated();
        request
    };
    drop(begun());
    begun().end(Outcome::Error);
    let failed = begun();
    failed.failed();
    failed.truncated();
    failed.end(Outcome::Ok);
    assert_eq!(ends(generation("cut and more").outcomes), [0, 2, 1, 0]);
    assert_eq!(good("cut and more"), (0, 0));
}

#[test]
fn code_in_scope_of_a_generation_says_that_its_answer_was_cut() {
    #[wf_measure(ttft, name = "cut in scope")]
    async fn pushed(most: usize) -> usize {
        for _ in 0..most {
            yield_now().await;
            wf_token!();
        }
        truncated();
        most
    }

    #[wf_measure(ttft, name = "cut in a stream")]
    fn yielded(words: usize, most: usize) -> impl Stream<Item = usize> {
        stream::iter(0..words.min(most)).map(move |n| {
            if n + 1 == most {
                truncated();
            }
            n
        })
    }

    block_on(pushed(2));
    assert_eq!(good("cut in scope"), (1, 1));
    for (words, most) in [(3, 9), (9, 3)] {
        block_on(yielded(words, most).count());
    }
    assert_eq!(good("cut in a stream"), (2, 1));
    truncated();
}

#[test]
fn every_end_is_counted_once_also_while_windows_are_taken() {
    use wf_instrument::snapshot::{Snapshot, Window};
    let chat = site("cut in windows");
    let ended = |is_cut: bool| {
        let request = chat.arrive();
        if is_cut {
            request.truncated();
        }
        request.end(Outcome::Ok);
    };
    ended(true);
    let before = Snapshot::take();
    [true, false, true].into_iter().for_each(ended);
    let window = Window::between(&before, &Snapshot::take());
    let row = window.metrics.generations;
    let row = row.iter().find(|row| &*row.model == "cut in windows");
    let row = row.expect("the site is known");
    assert_eq!((row.outcomes.ok, row.truncated), (3, 2));
}

#[test]
fn a_prompt_is_counted_once_it_is_known_to_be_read() {
    let chat = site("read");
    let told = || {
        let row = generation("read");
        (row.prompt_tokens, row.prompt_tokens_each().count())
    };
    let arrived = || {
        let request = chat.arrive();
        request.prompt_tokens(10);
        request
    };
    let refused = arrived();
    refused.end(Outcome::Error);
    let admitted = arrived();
    admitted.admitted();
    drop(admitted);
    assert_eq!(told(), (0, 0), "neither was read");
    let answered = arrived();
    answered.prompt_tokens(5);
    assert_eq!(told(), (0, 0), "it is being read");
    answered.tokens(1);
    assert_eq!(told(), (15, 1));
    answered.tokens(1);
    answered.end(Outcome::Ok);
    assert_eq!(told(), (15, 1), "once");
    arrived().end(Outcome::Ok);
    assert_eq!(
        told(),
        (25, 2),
        "one that ended without a token was read too"
    );
    let late = chat.arrive();
    late.tokens(1);
    late.prompt_tokens(3);
    assert_eq!(told(), (28, 3), "told late");
    drop(late);
    assert_eq!(told(), (28, 3));
}

#[test]
fn the_time_to_the_first_token_is_queue_and_prefill_and_then_comes_decode() {
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
        assert_all(samples, 1, millis);
    }
}

#[test]
fn a_phase_of_which_nothing_is_known_has_no_sample() {
    let chat = site("no phases");
    let request = chat.arrive();
    request.tokens(1);
    request.end(Outcome::Cancelled);
    chat.arrive().end(Outcome::Ok);
    let row = generation("no phases");
    assert_eq!((row.prefill().count(), row.decode().count()), (0, 0));
}
