//! Channel receivers, measured like streams.

mod common;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use common::rows::{generation, outcome_counts};
use wf_instrument::clock::mock::Mock;
use wf_instrument::record::{Generation, MeasureIterator, MeasureReceiver, Progress, Stamp};
use wf_instrument::{Nanos, registry};

fn arrive(name: &str) -> Generation {
    registry::generation(name, "", None)
        .expect("there is room")
        .arrive()
}

const fn progress_of(item: &Result<u64, ()>) -> Progress {
    match item {
        Ok(n) => Progress::Tokens(*n),
        Err(()) => Progress::Failed,
    }
}

#[test]
fn tokens_are_counted_when_received_and_the_request_ends_with_its_senders() {
    let clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    let mut measured = MeasureReceiver::new(receiver, arrive("std received"), progress_of);
    assert!(measured.try_recv().is_err(), "nothing was sent yet");
    [0, 1, 2]
        .into_iter()
        .for_each(|n| sender.send(Ok(n)).expect("the receiver is there"));
    drop(sender);
    assert_eq!(measured.recv(), Ok(Ok(0)));
    clock.advance(Nanos::from_millis(30));
    assert_eq!(measured.recv_timeout(Duration::from_secs(60)), Ok(Ok(1)));
    assert_eq!(generation("std received").in_flight(), 1);
    assert_eq!(measured.by_ref().count(), 1);
    assert_eq!(measured.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    let row = generation("std received");
    assert_eq!(
        (outcome_counts(row.outcomes), row.tokens, row.in_flight()),
        ([1, 0, 0, 0], 3, 0)
    );
    common::rows::assert_samples(row.time_to_first_token(), 1, 30);
}

/// Receives all waiting items, 20 µs apart, as a loop that forwards tokens.
fn drain<T>(clock: &Mock, mut receive: impl FnMut() -> Option<T>) {
    while receive().is_some() {
        clock.advance(Nanos::new(20_000));
    }
}

/// Sends the first token after 100 ms and three more in the next 60 ms, in which the receiver does
/// not run.
fn check_drained<T>(name: &str, mut send: impl FnMut(), mut receive: impl FnMut() -> Option<T>) {
    let clock = Mock::start();
    clock.advance(Nanos::from_millis(100));
    send();
    drain(&clock, &mut receive);
    clock.advance(Nanos::from_millis(60));
    (0..3).for_each(|_| send());
    drain(&clock, receive);
    let row = generation(name);
    assert_eq!(
        (row.tokens, row.inter_token_latency().count()),
        (4, 1),
        "{name}"
    );
    common::rows::assert_samples(row.inter_token_latency(), 1, 60);
}

#[test]
fn waiting_tokens_are_one_interval() {
    let (sender, receiver) = mpsc::channel();
    let mut measured = MeasureReceiver::new(receiver, arrive("std drained"), progress_of);
    let send = || sender.send(Ok(1)).expect("the receiver is there");
    check_drained("std drained", send, || measured.try_recv().ok());
}

#[cfg(feature = "crossbeam")]
#[test]
fn waiting_tokens_of_a_crossbeam_channel_are_one_interval() {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let mut measured = MeasureReceiver::new(receiver, arrive("crossbeam drained"), progress_of);
    let send = || sender.send(Ok(1)).expect("the receiver is there");
    check_drained("crossbeam drained", send, || measured.try_recv().ok());
}

#[cfg(feature = "tokio")]
#[test]
fn waiting_tokens_of_a_tokio_channel_are_one_interval() {
    use std::task::{Context, Poll, Waker};

    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let mut measured = MeasureReceiver::new(receiver, arrive("tokio drained"), progress_of);
    let send = || sender.send(Ok(1)).expect("the receiver is there");
    let mut cx = Context::from_waker(Waker::noop());
    check_drained("tokio drained", send, || {
        match measured.poll_recv(&mut cx) {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        }
    });
}

#[test]
fn a_generation_received_at_once_has_no_itl_and_no_tpot() {
    let clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    let measured = MeasureReceiver::new(receiver, arrive("whole, drained"), progress_of);
    (0..9).for_each(|_| sender.send(Ok(1)).expect("the receiver is there"));
    drop(sender);
    measured.for_each(|_| clock.advance(Nanos::new(20_000)));
    let row = generation("whole, drained");
    assert_eq!((row.tokens, row.outcomes.ok), (9, 1));
    assert!(row.inter_token_latency().is_empty() && row.time_per_output_token().is_empty());
}

#[test]
fn stamped_tokens_have_the_times_of_their_stamps_when_received_late() {
    let clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    let stamped = |made: &Stamp| Progress::TokensAt(1, *made);
    let measured = MeasureReceiver::new(receiver, arrive("stamped"), stamped);
    for _ in 0..5 {
        clock.advance(Nanos::from_millis(20));
        sender.send(Stamp::now()).expect("the receiver is there");
    }
    drop(sender);
    clock.advance(Nanos::from_millis(700));
    assert_eq!(measured.count(), 5);
    let row = generation("stamped");
    common::rows::assert_samples(row.time_to_first_token(), 1, 20);
    common::rows::assert_samples(row.inter_token_latency(), 4, 20);
    common::rows::assert_samples(row.time_per_output_token(), 1, 20);
}

#[test]
fn stamps_give_the_itl_of_a_source_too_fast_for_its_receiver() {
    let clock = Mock::start();
    let (received, stamped) = (arrive("fast, received"), arrive("fast, stamped"));
    let made: Vec<_> = (0..5)
        .map(|_| {
            clock.advance(Nanos::new(50_000));
            Stamp::now()
        })
        .collect();
    let stamps = |made: &Stamp| Progress::TokensAt(1, *made);
    assert_eq!(
        MeasureIterator::new(made.into_iter(), stamped, stamps).count(),
        5
    );
    let each = (0..5).inspect(|_| clock.advance(Nanos::new(50_000)));
    assert_eq!(
        MeasureIterator::new(each, received, |_: &u8| Progress::Tokens(1)).count(),
        5
    );
    let (received, stamped) = (generation("fast, received"), generation("fast, stamped"));
    assert_eq!(
        (received.tokens, received.inter_token_latency().count()),
        (5, 0)
    );
    assert_eq!(
        (stamped.tokens, stamped.inter_token_latency().count()),
        (5, 4)
    );
    assert_eq!(stamped.time_per_output_token().count(), 1);
}

#[test]
fn stamps_out_of_order_are_counted_and_end_no_interval_twice() {
    let clock = Mock::start();
    let measured = arrive("disordered");
    let first = Stamp::now();
    clock.advance(Nanos::from_millis(30));
    let second = Stamp::now();
    clock.advance(Nanos::from_millis(30));
    for made in [first, Stamp::now(), second, second] {
        measured.tokens_at(1, made);
    }
    measured.tokens_at(0, Stamp::now());
    drop(measured);
    let row = generation("disordered");
    assert_eq!(row.tokens, 4);
    common::rows::assert_samples(row.inter_token_latency(), 1, 60);
}

#[test]
fn a_stamp_from_an_instant_has_its_time() {
    let _clock = Mock::start();
    let measured = arrive("instant");
    let now = Instant::now();
    // The later one first: the time between the two lines can only widen the interval.
    let second = Stamp::from(now);
    let first = Stamp::from(now - Duration::from_millis(20));
    measured.tokens_at(1, first);
    measured.tokens_at(1, second);
    drop(measured);
    let interval = generation("instant").inter_token_latency().max();
    let least = Nanos::from_millis(20).get() / 100 * 99;
    assert!(interval >= Some(least), "{interval:?}");
}

#[test]
fn a_dropped_receiver_ends_as_cancelled_and_an_err_as_error() {
    let (sender, receiver) = mpsc::channel();
    let mut measured = MeasureReceiver::new(receiver, arrive("std failed"), progress_of);
    sender.send(Err(())).expect("the receiver is there");
    drop(sender);
    assert_eq!(measured.by_ref().count(), 1);
    drop(measured);
    let (_sender, receiver) = mpsc::channel::<Result<u64, ()>>();
    drop(MeasureReceiver::new(
        receiver,
        arrive("std failed"),
        progress_of,
    ));
    assert_eq!(
        outcome_counts(generation("std failed").outcomes),
        [0, 1, 1, 0]
    );
}

#[cfg(feature = "crossbeam")]
#[test]
fn a_crossbeam_receiver_is_measured() {
    let (sender, receiver) = crossbeam_channel::bounded(4);
    let mut measured = MeasureReceiver::new(receiver, arrive("crossbeam received"), progress_of);
    assert!(measured.try_recv().is_err(), "nothing was sent yet");
    (1..=3).for_each(|n| sender.send(Ok(n)).expect("the receiver is there"));
    drop(sender);
    assert_eq!(measured.recv(), Ok(Ok(1)));
    assert_eq!(measured.recv_timeout(Duration::from_secs(60)), Ok(Ok(2)));
    assert_eq!(measured.by_ref().count(), 1);
    let row = generation("crossbeam received");
    assert_eq!(
        (outcome_counts(row.outcomes), row.tokens),
        ([1, 0, 0, 0], 6)
    );
}

#[cfg(feature = "tokio")]
#[test]
fn a_tokio_receiver_is_measured_as_receiver_and_as_stream() {
    use futures_util::StreamExt;
    use tokio::sync::mpsc;

    let (sender, receiver) = mpsc::channel(4);
    let mut measured = MeasureReceiver::new(receiver, arrive("tokio received"), progress_of);
    assert!(measured.try_recv().is_err(), "nothing was sent yet");
    (1..=3).for_each(|n| sender.try_send(Ok(n)).expect("there is room"));
    assert_eq!(common::block_on(measured.recv()), Some(Ok(1)));
    assert_eq!(common::block_on(measured.next()), Some(Ok(2)));
    drop(sender);
    assert_eq!(measured.try_recv(), Ok(Ok(3)));
    assert_eq!(common::block_on(measured.recv()), None);

    let (sender, receiver) = mpsc::unbounded_channel::<Result<u64, ()>>();
    let unbounded = MeasureReceiver::new(receiver, arrive("tokio received"), progress_of);
    sender.send(Ok(4)).expect("the receiver is there");
    drop((sender, unbounded));
    let row = generation("tokio received");
    assert_eq!(
        (outcome_counts(row.outcomes), row.tokens),
        ([1, 0, 1, 0], 6)
    );
}

#[test]
fn a_generation_ends_with_the_item_marked_as_last() {
    let _clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    (0..3)
        .map(|n| n % 2)
        .for_each(|n| sender.send(1 - n).unwrap());
    let progress = |n: &u64| (Progress::Tokens(*n), *n == 0);
    let mut left = MeasureReceiver::new(receiver, arrive("last received"), progress);
    assert_eq!((left.recv(), left.recv()), (Ok(1), Ok(0)));
    let row = generation("last received");
    assert_eq!(
        (row.in_flight(), outcome_counts(row.outcomes)),
        (0, [1, 0, 0, 0])
    );
    assert_eq!(left.recv(), Ok(1), "later items are passed on");
    drop(left);
    let row = generation("last received");
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (1, [1, 0, 0, 0])
    );
}
