//! Generations by the returned value, whatever the name of its type.

use std::pin::Pin;

use futures_util::stream::{self, Stream, StreamExt as _};
use wf_instrument::{wf_measure, wf_token};

use crate::common::rows::{assert_samples, generation, outcome_counts};
use crate::common::{block_on, yield_now};
use crate::timed_items::Clock;

#[derive(Clone)]
struct Chunk {
    tokens: u64,
}

/// An alias that hides the `Result` in it, with a name that usually stands for a type without one.
type BoxStream<T> = Pin<Box<dyn Stream<Item = Result<T, String>> + Send>>;

fn failing() -> impl Stream<Item = Result<Chunk, String>> + Send {
    stream::iter([
        Ok(Chunk { tokens: 2 }),
        Err("cut off".to_owned()),
        Ok(Chunk { tokens: 3 }),
    ])
}

#[test]
fn an_err_item_is_no_token_and_an_error_whatever_the_type_names() {
    #[wf_measure(ttft, name = "err items", tokens = |chunk| chunk.tokens)]
    fn alias() -> BoxStream<Chunk> {
        failing().boxed()
    }

    #[wf_measure(ttft, name = "err items", tokens = |chunk| chunk.tokens)]
    async fn alias_in_a_result() -> Result<BoxStream<Chunk>, String> {
        yield_now().await;
        Ok(failing().boxed())
    }

    type Item = Result<Chunk, String>;

    #[wf_measure(ttft, name = "err items", tokens = |chunk| chunk.tokens)]
    fn alias_of_the_item() -> impl Iterator<Item = Item> {
        vec![
            Ok(Chunk { tokens: 2 }),
            Err("cut off".to_owned()),
            Ok(Chunk { tokens: 3 }),
        ]
        .into_iter()
    }

    #[wf_measure(ttft, name = "err items", tokens = |chunk: &Option<Item>| chunk.iter().flatten().map(|c| c.tokens).sum::<u64>())]
    fn option_of_the_item() -> impl Stream<Item = Option<Item>> {
        failing().map(Some)
    }

    let streams = block_on(async {
        [
            alias().count().await,
            alias_in_a_result().await.unwrap().count().await,
            option_of_the_item().count().await,
        ]
    });
    assert_eq!(streams, [3; 3]);
    assert_eq!(alias_of_the_item().count(), 3);
    let row = generation("err items");
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (4 * 5, [0, 4, 0, 0])
    );
}

#[test]
fn an_err_under_another_name_is_an_error() {
    type Fallible = Result<String, String>;

    #[wf_measure(ttft, name = "err generations")]
    fn generate(fails: bool) -> Fallible {
        wf_token!();
        if fails {
            Err("on purpose".to_owned())
        } else {
            Ok(String::new())
        }
    }

    #[wf_measure(ttft, name = "err generations")]
    async fn later(fails: bool) -> Fallible {
        yield_now().await;
        generate(fails)
    }

    for fails in [true, false] {
        let _ = (generate(fails), block_on(later(fails)));
    }
    assert_eq!(
        outcome_counts(generation("err generations").outcomes),
        [3, 3, 0, 0]
    );
}

#[test]
fn a_source_behind_an_alias_is_measured_item_by_item() {
    trait Engine {
        type Tokens: Stream<Item = u8>;

        fn generate(&self, clock: &Clock) -> Self::Tokens;
    }

    struct Local;

    impl Engine for Local {
        type Tokens = Pin<Box<dyn Stream<Item = u8>>>;

        #[wf_measure(ttft, name = "named sources", returns = stream)]
        fn generate(&self, clock: &Clock) -> Self::Tokens {
            clock.wait(5);
            Box::pin(stream::iter(clock.timed([(245, 0), (20, 1)])))
        }
    }

    type Tokens = Box<dyn Iterator<Item = u8>>;

    #[wf_measure(ttft, name = "named sources", returns = iterator)]
    fn iterated(clock: &Clock) -> Result<Tokens, String> {
        clock.wait(5);
        Ok(Box::new(clock.timed([(245, 0), (20, 1)])))
    }

    let clock = Clock::start();
    assert_eq!(block_on(Local.generate(&clock).count()), 2);
    assert_eq!(iterated(&clock).unwrap().count(), 2);
    let row = generation("named sources");
    assert_samples(row.time_to_first_token(), 2, 250);
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (4, [2, 0, 0, 0])
    );
}

#[test]
fn a_declared_value_counts_its_tokens_in_the_function() {
    struct Response {
        text: String,
    }

    #[wf_measure(ttft, name = "values", returns = value)]
    fn generate(words: &[&str]) -> Result<Response, String> {
        words.iter().for_each(|_| wf_token!());
        Ok(Response {
            text: words.join(" "),
        })
    }

    assert_eq!(generate(&["a", "b"]).unwrap().text, "a b");
    let row = generation("values");
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (2, [1, 0, 0, 0])
    );
}

#[test]
fn the_item_type_may_be_known_from_the_signature_alone() {
    #[wf_measure(ttft, name = "inferred", tokens = |chunk| chunk.tokens)]
    fn streamed(n: u64) -> impl Stream<Item = Result<Chunk, String>> {
        stream::iter((0..n).map(|tokens| Ok(Chunk { tokens })))
    }

    #[wf_measure(ttft, name = "inferred", tokens = |chunk| chunk.tokens)]
    async fn later(n: u64) -> Result<impl Iterator<Item = Result<Chunk, String>>, String> {
        Ok((0..n).map(|tokens| Ok(Chunk { tokens })))
    }

    #[wf_measure(ttft, name = "inferred", tokens = |number| number.count_ones())]
    fn number() -> impl Iterator<Item = u64> {
        [1, 2].into_iter().map(|n: u32| n.into())
    }

    assert_eq!(block_on(streamed(3).count()), 3);
    assert_eq!(block_on(later(3)).unwrap().count(), 3);
    assert_eq!(number().sum::<u64>(), 3);
    assert_eq!(generation("inferred").tokens, 3 + 3 + 2);
}

#[test]
fn a_generation_ends_with_its_last_item() {
    type Item = Result<(&'static str, bool), ()>;

    #[wf_measure(ttft, name = "last", tokens = |(text, _)| !text.is_empty(), last = |(_, last)| *last)]
    fn generate(clock: &Clock) -> impl Stream<Item = Item> + use<> {
        stream::iter(clock.timed([
            (250, Ok(("a", false))),
            (20, Ok(("b", true))),
            (20, Ok(("", false))),
        ]))
    }

    #[wf_measure(ttft, name = "last, iterated", last = |n| *n == 2)]
    fn iterated(clock: &Clock) -> impl Iterator<Item = u8> + use<> {
        clock.timed([(250, 1), (20, 2), (20, 3)])
    }

    let clock = Clock::start();
    let mut left = Box::pin(generate(&clock));
    assert!(block_on(left.next()).is_some() && block_on(left.next()).is_some());
    assert_eq!(
        outcome_counts(generation("last").outcomes),
        [1, 0, 0, 0],
        "before it is dropped"
    );
    drop(left);
    assert_eq!(
        block_on(generate(&clock).count()),
        3,
        "all items are passed on"
    );
    let mut too_early = Box::pin(generate(&clock));
    assert!(block_on(too_early.next()).is_some());
    drop(too_early);
    let row = generation("last");
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (5, [2, 0, 1, 0])
    );
    assert_samples(row.end_to_end(), 2, 270);

    assert_eq!(iterated(&clock).find(|n| *n == 2), Some(2));
    assert_eq!(iterated(&clock).count(), 3);
    let row = generation("last, iterated");
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (4, [2, 0, 0, 0])
    );
}

#[test]
fn a_generation_whose_last_item_fails_is_an_error() {
    #[wf_measure(ttft, name = "last fails", last = |n| *n == 2)]
    fn failed(items: [Result<u8, ()>; 2]) -> impl Iterator<Item = Result<u8, ()>> {
        items.into_iter()
    }

    assert_eq!(failed([Err(()), Ok(2)]).nth(1), Some(Ok(2)));
    assert_eq!(failed([Ok(2), Err(())]).count(), 2);
    assert_eq!(
        outcome_counts(generation("last fails").outcomes),
        [1, 1, 0, 0]
    );
}
