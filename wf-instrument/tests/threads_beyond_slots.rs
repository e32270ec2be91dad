//! Threads beyond the 254 that have a share of each series of their own.

mod common;

use std::sync::{Barrier, mpsc};
use std::thread;

use common::rows::generation;
use wf_instrument::clock::mock::Mock;
use wf_instrument::record::{MeasureReceiver, Progress};
use wf_instrument::{Nanos, registry, wf_count};

const SHARES: usize = 254;

/// Runs `work` on a thread that has no share, since others have them all.
fn without_share(work: impl FnOnce() + Send) {
    let taken = Barrier::new(SHARES + 1);
    let done = Barrier::new(SHARES + 1);
    thread::scope(|scope| {
        for _ in 0..SHARES {
            scope.spawn(|| {
                wf_count!("shares");
                taken.wait();
                done.wait();
            });
        }
        taken.wait();
        let worked = scope.spawn(work).join();
        done.wait();
        worked.expect("the work holds");
    });
}

#[test]
fn an_answer_that_came_whole_says_nothing_about_the_time_of_a_token_without_a_share_either() {
    without_share(|| {
        let clock = Mock::start();
        let chat = registry::generation("whole, shared", "", None).expect("there is room");
        let (sender, receiver) = mpsc::channel();
        let one = |_: &u8| Progress::Tokens(1);
        let answer = MeasureReceiver::new(receiver, chat.arrive(), one);
        (0..9).for_each(|n| sender.send(n).expect("it listens"));
        drop(sender);
        answer.for_each(|_| clock.advance(Nanos::new(20_000)));
    });
    let row = generation("whole, shared");
    assert_eq!((row.tokens, row.outcomes.ok), (9, 1));
    assert!(row.inter_token_latency().is_empty() && row.time_per_output_token().is_empty());
}
