//! Tokens that are the items of a stream or an iterator.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use futures_util::stream::{self, BoxStream, LocalBoxStream, Stream, StreamExt as _};
use wf_instrument::record::Stamp;
use wf_instrument::{Target, wf_measure};

use crate::common::rows::{assert_samples, generation, outcome_counts};
use crate::common::{block_on, yield_now};
use crate::timed_items::Clock;

#[test]
fn ttft_ends_with_the_first_token_not_with_the_return_of_the_stream() {
    /// Generates.
    #[wf_measure(ttft, name = "stream", slo = "p99 < 500ms")]
    fn generate(clock: &Clock) -> impl Stream<Item = u8> + use<> {
        clock.wait(5);
        stream::iter(clock.timed([(245, 0), (20, 1), (20, 2)]))
    }

    let clock = Clock::start();
    let stream = generate(&clock);
    let row = generation("stream");
    assert_eq!((row.in_flight(), row.tokens), (1, 0));
    assert!(row.time_to_first_token().is_empty());

    assert_eq!(block_on(stream.count()), 3);
    let row = generation("stream");
    assert_samples(row.time_to_first_token(), 1, 250);
    assert_samples(row.inter_token_latency(), 2, 20);
    assert_samples(row.time_per_output_token(), 1, 20);
    assert_samples(row.end_to_end(), 1, 290);
    assert_eq!(
        (row.tokens, row.in_flight(), outcome_counts(row.outcomes)),
        (3, 0, [1, 0, 0, 0])
    );
    assert_eq!(&*row.help, "Generates.");
    assert_eq!(row.target, Some(Target::new(0.99, 500_000_000)));
}

#[test]
fn every_return_shape_is_measured_the_same() {
    #[wf_measure(ttft, name = "shapes")]
    async fn later(clock: &Clock) -> impl Stream<Item = u8> + use<> {
        clock.wait(5);
        yield_now().await;
        stream::iter(clock.timed([(245, 0), (20, 1)]))
    }

    #[wf_measure(ttft, name = "shapes")]
    fn local(clock: &Clock) -> Result<LocalBoxStream<'static, u8>, ()> {
        clock.wait(5);
        Ok(Box::pin(stream::iter(clock.timed([(245, 0), (20, 1)]))))
    }

    #[wf_measure(ttft, name = "shapes")]
    async fn pinned(clock: &Clock) -> Result<Pin<Box<dyn Stream<Item = u8>>>, ()> {
        clock.wait(5);
        Ok(Box::pin(stream::iter(clock.timed([(245, 0), (20, 1)]))))
    }

    #[wf_measure(ttft, name = "shapes")]
    fn future(clock: Clock) -> impl Future<Output = LocalBoxStream<'static, u8>> {
        clock.wait(5);
        async move { stream::iter(clock.timed([(245, 0), (20, 1)])).boxed_local() }
    }

    #[wf_measure(ttft, name = "shapes")]
    fn iterated(clock: &Clock) -> impl Iterator<Item = u8> + use<> {
        clock.wait(5);
        clock.timed([(245, 0), (20, 1)])
    }

    #[wf_measure(ttft, name = "shapes")]
    fn boxed(clock: &Clock) -> Result<Box<dyn Iterator<Item = u8>>, ()> {
        clock.wait(5);
        Ok(Box::new(clock.timed([(245, 0), (20, 1)])))
    }

    let clock = Clock::start();
    block_on(async {
        assert_eq!(later(&clock).await.count().await, 2);
        assert_eq!(local(&clock).unwrap().count().await, 2);
        assert_eq!(pinned(&clock).await.unwrap().count().await, 2);
        assert_eq!(future(clock.clone()).await.count().await, 2);
    });
    assert_eq!(
        (iterated(&clock).count(), boxed(&clock).unwrap().count()),
        (2, 2)
    );
    let row = generation("shapes");
    assert_samples(row.time_to_first_token(), 6, 250);
    assert_samples(row.inter_token_latency(), 6, 20);
    assert_samples(row.end_to_end(), 6, 270);
    assert_eq!(
        (row.in_flight(), outcome_counts(row.outcomes)),
        (0, [6, 0, 0, 0])
    );
}

#[test]
fn a_dropped_stream_ends_as_cancelled() {
    #[wf_measure(ttft, name = "dropped")]
    fn generate(clock: &Clock) -> impl Iterator<Item = u8> + use<> {
        clock.timed([(250, 0), (20, 1)])
    }

    let clock = Clock::start();
    let unread = generate(&clock);
    clock.wait(40);
    drop(unread);
    let row = generation("dropped");
    assert_samples(row.cancelled_before_first_token(), 1, 40);
    assert!(row.time_to_first_token().is_empty());

    assert_eq!(generate(&clock).next(), Some(0));
    let row = generation("dropped");
    assert_samples(row.time_to_first_token(), 1, 250);
    assert_eq!(
        row.cancelled_before_first_token().count(),
        1,
        "it had received a token"
    );
    assert!(row.end_to_end().is_empty());
    assert_eq!(
        (row.in_flight(), outcome_counts(row.outcomes)),
        (0, [0, 0, 2, 0])
    );
}

#[test]
fn an_err_item_is_no_token_and_makes_the_outcome_an_error() {
    #[wf_measure(ttft, name = "err item")]
    fn generate(clock: &Clock) -> impl Stream<Item = Result<u8, ()>> + use<> {
        stream::iter(clock.timed([(10, Ok(0)), (20, Err(())), (20, Ok(1))]))
    }

    let clock = Clock::start();
    assert_eq!(block_on(generate(&clock).count()), 3);
    let row = generation("err item");
    assert_eq!(row.tokens, 2);
    assert_samples(row.time_to_first_token(), 1, 10);
    assert_samples(row.inter_token_latency(), 1, 40);
    assert_eq!(outcome_counts(row.outcomes), [0, 1, 0, 0]);
}

#[test]
fn a_stream_that_is_dropped_after_its_err_item_is_an_error() {
    #[wf_measure(ttft, name = "err item, dropped")]
    fn generate(clock: &Clock) -> BoxStream<'static, Result<u8, ()>> {
        clock.wait(10);
        stream::iter([Err(()), Ok(1)]).boxed()
    }

    let clock = Clock::start();
    assert_eq!(block_on(generate(&clock).next()), Some(Err(())));
    let row = generation("err item, dropped");
    assert_eq!(
        (row.tokens, row.in_flight(), outcome_counts(row.outcomes)),
        (0, 0, [0, 1, 0, 0])
    );
    assert!(
        row.cancelled_before_first_token().is_empty(),
        "an error is no cancellation"
    );
}

#[test]
fn an_err_in_place_of_the_stream_is_an_error() {
    #[wf_measure(ttft, name = "no stream")]
    fn generate(known: bool) -> Result<impl Iterator<Item = u8>, String> {
        if !known {
            return Err("unknown model".to_owned());
        }
        Ok([1].into_iter())
    }

    #[wf_measure(ttft, name = "no stream")]
    async fn later(known: bool) -> Result<impl Stream<Item = u8>, String> {
        yield_now().await;
        Ok(stream::iter(generate(known)?))
    }

    assert!(generate(false).is_err() && block_on(later(false)).is_err());
    let row = generation("no stream");
    assert_eq!(
        (row.in_flight(), outcome_counts(row.outcomes)),
        (0, [0, 3, 0, 0])
    );
}

#[test]
fn an_item_with_several_tokens_ends_one_interval() {
    #[wf_measure(ttft, name = "speculative", tokens = |chunk| chunk.len())]
    fn generate(clock: &Clock) -> impl Iterator<Item = &'static str> + use<> {
        clock.timed([(100, "ab"), (60, "cde")])
    }

    let clock = Clock::start();
    assert_eq!(generate(&clock).count(), 2);
    let row = generation("speculative");
    assert_samples(row.time_to_first_token(), 1, 100);
    assert_samples(row.inter_token_latency(), 1, 60);
    assert_samples(row.time_per_output_token(), 1, 20);
    assert_eq!(row.tokens, 5);
}

#[test]
fn waiting_items_count_as_received_together() {
    #[wf_measure(ttft, name = "drained")]
    fn generate(clock: &Clock) -> impl Stream<Item = u8> + use<> {
        stream::iter(clock.timed([(100, 0), (0, 1), (60, 2), (0, 3), (0, 4), (20, 5)]))
    }

    let clock = Clock::start();
    assert_eq!(block_on(generate(&clock).count()), 6);
    let row = generation("drained");
    assert_samples(row.time_to_first_token(), 1, 100);
    assert_eq!((row.tokens, row.inter_token_latency().count()), (6, 2));
    assert!(row.inter_token_latency().max() > Some(59_000_000));
    assert_samples(row.time_per_output_token(), 1, 20);
}

#[test]
fn stamped_items_have_the_intervals_of_their_stamps() {
    #[wf_measure(ttft, name = "stamped", tokens = |&(n, made): &(u8, Stamp)| (n, made))]
    fn generate(items: Vec<(u8, Stamp)>) -> impl Iterator<Item = (u8, Stamp)> {
        items.into_iter()
    }

    let clock = Clock::start();
    let generated = generate(
        clock
            .timed([(100, 1), (20, 1), (20, 2), (0, 1)])
            .map(|n| (n, Stamp::now()))
            .collect(),
    );
    // They arrive with the call, which begins after the last stamp.
    clock.wait(500);
    assert_eq!(generated.count(), 4);
    let row = generation("stamped");
    assert_eq!(row.tokens, 5);
    assert_samples(row.inter_token_latency(), 2, 20);
}

#[test]
fn an_item_without_tokens_is_no_first_token_and_ends_no_interval() {
    #[wf_measure(ttft, name = "role only", tokens = |text| !text.is_empty())]
    fn generate(clock: &Clock) -> impl Iterator<Item = &'static str> + use<> {
        clock.timed([(100, ""), (150, "a"), (10, ""), (10, "b")])
    }

    let clock = Clock::start();
    assert_eq!(generate(&clock).count(), 4);
    let row = generation("role only");
    assert_samples(row.time_to_first_token(), 1, 250);
    assert_samples(row.inter_token_latency(), 1, 20);
    assert_eq!(row.tokens, 2);
}

#[test]
fn a_stream_that_panics_ends_as_panicked() {
    #[wf_measure(ttft, name = "unwinding stream")]
    fn generate() -> impl Iterator<Item = u8> {
        [1, 0].into_iter().map(|n| 1 / n)
    }

    catch_unwind(AssertUnwindSafe(|| generate().count())).unwrap_err();
    let row = generation("unwinding stream");
    assert_eq!(
        (row.in_flight(), outcome_counts(row.outcomes)),
        (0, [0, 0, 0, 1])
    );
}
