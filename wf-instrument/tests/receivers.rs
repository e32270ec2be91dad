//! Receivers of channels, measured in place of a stream.

mod common;

use std::sync::mpsc;
use std::time::Duration;

use common::rows::{ends, generation};
use wf_instrument::clock::mock::Mock;
use wf_instrument::record::{Generation, MeasureReceiver, Progress};
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
    common::rows::assert_all(&row.time_to_first_token, 1, 30);
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
