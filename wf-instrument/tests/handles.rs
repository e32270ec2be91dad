//! Code that uses handles compiles and runs the same in a build that does not measure.

mod common;

use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::mpsc;

use common::block_on;
use futures_util::stream::{self, Stream, StreamExt};
use wf_instrument::record::{
    Accompanied, FrameScope, Generation, GenerationFuture, MeasureIterator, MeasureReceiver,
    MeasureStream, Progress, Span, SpanFuture, SpanScope, SpanStream, Stamp,
};
use wf_instrument::{Outcome, Target, Unit, registry, wf_measure};

#[test]
fn every_handle_can_be_registered_and_used() -> Result<(), registry::RegistryError> {
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
fn a_request_is_recorded_by_a_handle() -> Result<(), registry::RegistryError> {
    let target = Some(Target::new(0.99, 500_000_000));
    let mut request = registry::generation("handles generation", "", target)?.arrive();
    request.queued_at(std::time::Instant::now());
    request.admitted();
    request.prompt_tokens(3);
    let text = request.enter(|| {
        wf_instrument::wf_token!();
        "hello"
    });
    request.tokens(1);
    assert_eq!(text, "hello");
    assert_eq!(block_on(request.measure(async { 7 }, |_| Outcome::Ok)), 7);
    Ok(())
}

#[test]
fn adapters_pass_on_every_item() -> Result<(), registry::RegistryError> {
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
    sender.send(5).expect("the receiver is there");
    drop(sender);
    assert_eq!(receiver.collect::<Vec<_>>(), [5]);
    Ok(())
}

/// Asserts the auto traits that a type has in a build that measures and in one that does not.
const fn has_auto_traits<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

#[test]
fn handles_have_the_same_auto_traits_in_either_build() {
    const { has_auto_traits::<Generation>() };
    const { has_auto_traits::<Span>() };
    const { has_auto_traits::<SpanScope>() };
    const { has_auto_traits::<FrameScope>() };
    const { has_auto_traits::<Stamp>() };
    const { has_auto_traits::<&registry::SpanSite>() };
    const { has_auto_traits::<&registry::GenerationSite>() };
    const { has_auto_traits::<&registry::FrameSite>() };
    const { has_auto_traits::<&wf_instrument::Counter>() };
    const { has_auto_traits::<&wf_instrument::Gauge>() };
    const { has_auto_traits::<&wf_instrument::histogram::Recorder>() };
}

#[test]
fn adapters_have_the_auto_traits_of_what_they_measure_in_either_build() {
    type ItemProgress<T> = fn(&T) -> Progress;
    type OutcomeOf<T> = fn(&T) -> Outcome;
    type Ready = std::future::Ready<u8>;
    type Items = stream::Iter<std::vec::IntoIter<u8>>;

    const { has_auto_traits::<MeasureStream<Items, ItemProgress<u8>>>() };
    const { has_auto_traits::<MeasureIterator<std::vec::IntoIter<u8>, ItemProgress<u8>>>() };
    const { has_auto_traits::<SpanStream<Items, OutcomeOf<u8>>>() };
    const { has_auto_traits::<SpanFuture<Ready, OutcomeOf<u8>>>() };
    const { has_auto_traits::<GenerationFuture<Ready, OutcomeOf<u8>>>() };
    const { has_auto_traits::<Accompanied<Ready>>() };
}

#[test]
fn values_of_measured_functions_may_move_to_other_threads() {
    #[wf_measure(ttft, name = "handles shared stream")]
    fn streamed(n: u8) -> impl Stream<Item = u8> {
        stream::iter(0..n)
    }

    #[wf_measure(ttft, name = "handles shared iterator")]
    fn iterated(n: u8) -> impl Iterator<Item = u8> {
        0..n
    }

    #[wf_measure(name = "handles shared call")]
    async fn called(n: u8) -> u8 {
        n
    }

    #[wf_measure(ttft, name = "handles shared generation")]
    async fn generated(n: u8) -> u8 {
        wf_instrument::wf_token!();
        n
    }

    type Body = Pin<Box<dyn Stream<Item = u8> + Send + Sync + UnwindSafe>>;
    let body: Body = Box::pin(streamed(2));
    let items: Box<dyn Iterator<Item = u8> + Send + Sync + UnwindSafe> = Box::new(iterated(3));
    let futures: [Pin<Box<dyn Future<Output = u8> + Send + Sync>>; 2] =
        [Box::pin(called(4)), Box::pin(generated(5))];
    let both = std::thread::spawn(|| {
        let [called, generated] = futures.map(block_on);
        (block_on(body.count()), items.count(), called, generated)
    });
    assert_eq!(both.join().expect("it does not panic"), (2, 3, 4, 5));
}

#[test]
fn a_request_may_be_borrowed_across_an_await() -> Result<(), registry::RegistryError> {
    async fn serve(request: &Generation) {
        request.tokens(1);
        common::yield_now().await;
        request.tokens(1);
    }

    let request = registry::generation("handles borrowed", "", None)?.arrive();
    let task: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
        serve(&request).await;
        request.end(Outcome::Ok);
    });
    std::thread::spawn(|| block_on(task))
        .join()
        .expect("it does not panic");
    Ok(())
}
