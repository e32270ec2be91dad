//! Receivers of channels, measured in place of a stream.

mod common;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use common::rows::{ends, generation};
use wf_instrument::clock::mock::Mock;
use wf_instrument::record::{Generation, MeasureIterator, MeasureReceiver, Progress, Stamp};
use wf_instrument::{Nanos, registry};

fn arrive(name: &str) -> Generation {
    registry::generation(name, "", None)
        .expect("there is room")
        .arrive()
}

const fn tokens(item: &Result<u64, ()>) -> Progress {
    match item {
        Ok(n) => Progress::Tokens(*n),
        Err(()) => Progress::Failed,
    }
}

#[test]
fn tokens_count_when_they_are_received_and_the_end_is_where_the_senders_are_gone() {
    let clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    let mut answer = MeasureReceiver::new(receiver, arrive("std received"), tokens);
    assert!(answer.try_recv().is_err(), "nothing is there yet");
    [0, 1, 2]
        .into_iter()
        .for_each(|n| sender.send(Ok(n)).expect("it listens"));
    drop(sender);
    assert_eq!(answer.recv(), Ok(Ok(0)));
    clock.advance(Nanos::from_millis(30));
    assert_eq!(answer.recv_timeout(Duration::from_secs(60)), Ok(Ok(1)));
    assert_eq!(generation("std received").in_flight(), 1);
    assert_eq!(answer.by_ref().count(), 1);
    assert_eq!(answer.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    let row = generation("std received");
    assert_eq!(
        (ends(row.outcomes), row.tokens, row.in_flight()),
        ([1, 0, 0, 0], 3, 0)
    );
    common::rows::assert_all(row.time_to_first_token(), 1, 30);
}

/// Receives all that is there, 20 µs apart, as a loop that hands tokens on does.
fn drain<T>(clock: &Mock, mut receive: impl FnMut() -> Option<T>) {
    while receive().is_some() {
        clock.advance(Nanos::new(20_000));
    }
}

/// The first token after 100 ms; then the receiver gets no processor for 60 ms, in which three
/// come.
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
    common::rows::assert_all(row.inter_token_latency(), 1, 60);
}

#[test]
fn tokens_that_had_been_waiting_end_one_gap() {
    let (sender, receiver) = mpsc::channel();
    let mut answer = MeasureReceiver::new(receiver, arrive("std drained"), tokens);
    let send = || sender.send(Ok(1)).expect("it listens");
    check_drained("std drained", send, || answer.try_recv().ok());
}

#[cfg(feature = "crossbeam")]
#[test]
fn tokens_that_had_been_waiting_in_crossbeams_channel_end_one_gap() {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let mut answer = MeasureReceiver::new(receiver, arrive("crossbeam drained"), tokens);
    let send = || sender.send(Ok(1)).expect("it listens");
    check_drained("crossbeam drained", send, || answer.try_recv().ok());
}

#[cfg(feature = "tokio")]
#[test]
fn tokens_that_had_been_waiting_in_tokios_channel_end_one_gap() {
    use std::task::{Context, Poll, Waker};

    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let mut answer = MeasureReceiver::new(receiver, arrive("tokio drained"), tokens);
    let send = || sender.send(Ok(1)).expect("it listens");
    let mut cx = Context::from_waker(Waker::noop());
    check_drained("tokio drained", send, || match answer.poll_recv(&mut cx) {
        Poll::Ready(item) => item,
        Poll::Pending => None,
    });
}

#[test]
fn an_answer_that_came_whole_says_nothing_about_the_time_of_a_token() {
    let clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    let answer = MeasureReceiver::new(receiver, arrive("whole, drained"), tokens);
    (0..9).for_each(|_| sender.send(Ok(1)).expect("it listens"));
    drop(sender);
    answer.for_each(|_| clock.advance(Nanos::new(20_000)));
    let row = generation("whole, drained");
    assert_eq!((row.tokens, row.outcomes.ok), (9, 1));
    assert!(row.inter_token_latency().is_empty() && row.time_per_output_token().is_empty());
}

#[test]
fn stamped_tokens_have_the_times_they_were_made_at_however_late_they_are_received() {
    let clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    let stamped = |made: &Stamp| Progress::TokensAt(1, *made);
    let answer = MeasureReceiver::new(receiver, arrive("stamped"), stamped);
    for _ in 0..5 {
        clock.advance(Nanos::from_millis(20));
        sender.send(Stamp::now()).expect("it listens");
    }
    drop(sender);
    clock.advance(Nanos::from_millis(700));
    assert_eq!(answer.count(), 5);
    let row = generation("stamped");
    common::rows::assert_all(row.time_to_first_token(), 1, 20);
    common::rows::assert_all(row.inter_token_latency(), 4, 20);
    common::rows::assert_all(row.time_per_output_token(), 1, 20);
}

#[test]
fn stamps_record_the_gaps_of_a_source_that_is_faster_than_a_receiver_can_tell() {
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
fn stamps_out_of_order_are_counted_and_end_no_gap_twice() {
    let clock = Mock::start();
    let answer = arrive("disordered");
    let first = Stamp::now();
    clock.advance(Nanos::from_millis(30));
    let second = Stamp::now();
    clock.advance(Nanos::from_millis(30));
    for made in [first, Stamp::now(), second, second] {
        answer.tokens_at(1, made);
    }
    answer.tokens_at(0, Stamp::now());
    drop(answer);
    let row = generation("disordered");
    assert_eq!(row.tokens, 4);
    common::rows::assert_all(row.inter_token_latency(), 1, 60);
}

#[test]
fn an_instant_makes_a_stamp_of_its_own_moment() {
    let _clock = Mock::start();
    let answer = arrive("instant");
    let now = Instant::now();
    // The later one first: the time from one line to the next can only widen the gap.
    let second = Stamp::from(now);
    let first = Stamp::from(now - Duration::from_millis(20));
    answer.tokens_at(1, first);
    answer.tokens_at(1, second);
    drop(answer);
    let gap = generation("instant").inter_token_latency().max();
    let least = Nanos::from_millis(20).get() / 100 * 99;
    assert!(gap >= Some(least), "{gap:?}");
}

#[test]
fn a_receiver_that_is_dropped_was_cancelled_and_an_err_is_an_error() {
    let (sender, receiver) = mpsc::channel();
    let mut answer = MeasureReceiver::new(receiver, arrive("std failed"), tokens);
    sender.send(Err(())).expect("it listens");
    drop(sender);
    assert_eq!(answer.by_ref().count(), 1);
    drop(answer);
    let (_sender, receiver) = mpsc::channel::<Result<u64, ()>>();
    drop(MeasureReceiver::new(receiver, arrive("std failed"), tokens));
    assert_eq!(ends(generation("std failed").outcomes), [0, 1, 1, 0]);
}

#[cfg(feature = "crossbeam")]
#[test]
fn crossbeams_receivers_are_measured() {
    let (sender, receiver) = crossbeam_channel::bounded(4);
    let mut answer = MeasureReceiver::new(receiver, arrive("crossbeam received"), tokens);
    assert!(answer.try_recv().is_err(), "nothing is there yet");
    (1..=3).for_each(|n| sender.send(Ok(n)).expect("it listens"));
    drop(sender);
    assert_eq!(answer.recv(), Ok(Ok(1)));
    assert_eq!(answer.recv_timeout(Duration::from_secs(60)), Ok(Ok(2)));
    assert_eq!(answer.by_ref().count(), 1);
    let row = generation("crossbeam received");
    assert_eq!((ends(row.outcomes), row.tokens), ([1, 0, 0, 0], 6));
}

#[cfg(feature = "tokio")]
#[test]
fn tokios_receivers_are_measured_as_receivers_and_as_streams() {
    use futures_util::StreamExt;
    use tokio::sync::mpsc;

    let (sender, receiver) = mpsc::channel(4);
    let mut answer = MeasureReceiver::new(receiver, arrive("tokio received"), tokens);
    assert!(answer.try_recv().is_err(), "nothing is there yet");
    (1..=3).for_each(|n| sender.try_send(Ok(n)).expect("there is room"));
    assert_eq!(common::block_on(answer.recv()), Some(Ok(1)));
    assert_eq!(common::block_on(answer.next()), Some(Ok(2)));
    drop(sender);
    assert_eq!(answer.try_recv(), Ok(Ok(3)));
    assert_eq!(common::block_on(answer.recv()), None);

    let (sender, receiver) = mpsc::unbounded_channel::<Result<u64, ()>>();
    let unbounded = MeasureReceiver::new(receiver, arrive("tokio received"), tokens);
    sender.send(Ok(4)).expect("it listens");
    drop((sender, unbounded));
    let row = generation("tokio received");
    assert_eq!((ends(row.outcomes), row.tokens), ([1, 0, 1, 0], 6));
}

#[test]
fn an_answer_ends_with_the_item_that_the_judge_says_is_the_last() {
    let _clock = Mock::start();
    let (sender, receiver) = mpsc::channel();
    (0..3)
        .map(|n| n % 2)
        .for_each(|n| sender.send(1 - n).unwrap());
    let judge = |n: &u64| (Progress::Tokens(*n), *n == 0);
    let mut left = MeasureReceiver::new(receiver, arrive("last received"), judge);
    assert_eq!((left.recv(), left.recv()), (Ok(1), Ok(0)));
    let row = generation("last received");
    assert_eq!((row.in_flight(), ends(row.outcomes)), (0, [1, 0, 0, 0]));
    assert_eq!(left.recv(), Ok(1), "what follows is handed on");
    drop(left);
    let row = generation("last received");
    assert_eq!((row.tokens, ends(row.outcomes)), (1, [1, 0, 0, 0]));
}
