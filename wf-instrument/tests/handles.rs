//! Code that holds handles is written once, for a build that measures and for one that does not.

mod common;

use std::sync::mpsc;

use common::block_on;
use futures_util::stream::{self, StreamExt};
use wf_instrument::record::{MeasureIterator, MeasureReceiver, MeasureStream, Progress};
use wf_instrument::{Outcome, Target, Unit, registry};

#[test]
fn every_handle_is_to_be_had() -> Result<(), registry::RegistryError> {
    registry::counter("handles_read", "", &[("disk", "a")])?.add(1);
    registry::gauge("handles_depth", "", &[])?.set(2.0);
    registry::histogram("handles_size", "", Unit::Bytes, &[])?.record(3);
    let span = registry::span("handles call", "")?;
    let _scope = span.enter();
    span.start().end(Outcome::Ok);
    let frame = registry::frame("handles frame", "", 60.0)?;
    let _drawing = frame.enter();
    frame.shown();
    let step = registry::labelled_span("handles step", "", &["phase"])?;
    step.start_with(&["prefill"]).end(Outcome::Ok);
    let chat = registry::labelled_generation("handles chat", "", None, &["tenant"])?;
    chat.arrive_with(&["tiny", "a"]).end(Outcome::Ok);
    let window = registry::labelled_frame("handles window", "", 0.0, &["window"])?;
    let _drawing_too = window.enter_with(&["main"]);
    wf_instrument::wf_count!("handles_hits", 2, labels(model = "tiny"));
    wf_instrument::wf_gauge!("handles_bytes", 2.0, labels(model = String::from("tiny")));
    registry::assert_no_conflicts();
    Ok(())
}

#[test]
fn a_request_is_told_by_hand() -> Result<(), registry::RegistryError> {
    let target = Some(Target::new(0.99, 500_000_000));
    let mut request = registry::generation("handles reply", "", target)?.arrive();
    request.queued_at(std::time::Instant::now());
    request.admitted();
    request.prompt_tokens(3);
    let said = request.enter(|| {
        wf_instrument::wf_token!();
        "hello"
    });
    request.tokens(1);
    assert_eq!(said, "hello");
    assert_eq!(block_on(request.measure(async { 7 }, |_| Outcome::Ok)), 7);
    Ok(())
}

#[test]
fn adapters_hand_everything_on() -> Result<(), registry::RegistryError> {
    const fn one(_: &u8) -> Progress {
        Progress::Tokens(1)
    }

    let site = registry::generation("handles adapters", "", None)?;
    let stream = MeasureStream::new(stream::iter([1, 2]), site.arrive(), one);
    assert_eq!(block_on(stream.collect::<Vec<_>>()), [1, 2]);
    let iterator = MeasureIterator::new([3, 4].into_iter(), site.arrive_as("other"), one);
    assert_eq!(iterator.collect::<Vec<_>>(), [3, 4]);
    let (sender, receiver) = mpsc::channel();
    let receiver = MeasureReceiver::new(receiver, site.arrive(), one);
    sender.send(5).expect("it listens");
    drop(sender);
    assert_eq!(receiver.collect::<Vec<_>>(), [5]);
    Ok(())
}
