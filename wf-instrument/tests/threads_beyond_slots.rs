//! Threads beyond the 254 that have slots.

mod common;

use std::sync::{Barrier, mpsc};
use std::thread;

use common::rows::generation;
use wf_instrument::clock::mock::Mock;
use wf_instrument::record::{MeasureReceiver, Progress};
use wf_instrument::{Nanos, registry, wf_count};

const SLOTS: usize = 254;

/// Runs `work` on a thread without a slot, while other threads have all of them.
fn without_slot(work: impl FnOnce() + Send) {
    let all_taken = Barrier::new(SLOTS + 1);
    let done = Barrier::new(SLOTS + 1);
    thread::scope(|scope| {
        for _ in 0..SLOTS {
            scope.spawn(|| {
                wf_count!("slots");
                all_taken.wait();
                done.wait();
            });
        }
        all_taken.wait();
        let result = scope.spawn(work).join();
        done.wait();
        result.expect("the work does not panic");
    });
}

#[test]
fn a_generation_received_at_once_has_no_itl_and_no_tpot_on_a_thread_without_a_slot() {
    without_slot(|| {
        let clock = Mock::start();
        let chat = registry::generation("whole, shared", "", None).expect("there is room");
        let (sender, receiver) = mpsc::channel();
        let one = |_: &u8| Progress::Tokens(1);
        let measured = MeasureReceiver::new(receiver, chat.arrive(), one);
        (0..9).for_each(|n| sender.send(n).expect("the receiver is there"));
        drop(sender);
        measured.for_each(|_| clock.advance(Nanos::new(20_000)));
    });
    let row = generation("whole, shared");
    assert_eq!((row.tokens, row.outcomes.ok), (9, 1));
    assert!(row.inter_token_latency().is_empty() && row.time_per_output_token().is_empty());
}
