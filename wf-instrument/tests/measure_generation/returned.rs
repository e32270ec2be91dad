//! Replies by what comes back, whatever its type is called.

use std::pin::Pin;

use futures_util::stream::{self, Stream, StreamExt as _};
use wf_instrument::{wf_measure, wf_token};

use crate::common::rows::{assert_all, ends, generation};
use crate::common::{block_on, yield_now};
use crate::script::Clock;

#[derive(Clone)]
struct Chunk {
    tokens: u64,
}

/// An alias that says nothing of the `Result` in it, under a name that is known for one that has
/// none.
type BoxStream<T> = Pin<Box<dyn Stream<Item = Result<T, String>> + Send>>;

fn failing() -> impl Stream<Item = Result<Chunk, String>> + Send {
    stream::iter([
        Ok(Chunk { tokens: 2 }),
        Err("cut off".to_owned()),
        Ok(Chunk { tokens: 3 }),
    ])
}

#[test]
fn an_err_item_is_no_token_and_an_error_whatever_the_types_are_called() {
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
    assert_eq!((row.tokens, ends(row.outcomes)), (4 * 5, [0, 4, 0, 0]));
}

#[test]
fn a_reply_that_returns_an_err_under_another_name_is_an_error() {
    type Fallible = Result<String, String>;

    #[wf_measure(ttft, name = "err replies")]
    fn reply(fails: bool) -> Fallible {
        wf_token!();
        if fails {
            Err("on purpose".to_owned())
        } else {
            Ok(String::new())
        }
    }

    #[wf_measure(ttft, name = "err replies")]
    async fn later(fails: bool) -> Fallible {
        yield_now().await;
        reply(fails)
    }

    for fails in [true, false] {
        let _ = (reply(fails), block_on(later(fails)));
    }
    assert_eq!(ends(generation("err replies").outcomes), [3, 3, 0, 0]);
}

#[test]
fn a_source_behind_a_name_is_measured_item_by_item() {
    trait Engine {
        type Tokens: Stream<Item = u8>;

        fn answer(&self, clock: &Clock) -> Self::Tokens;
    }

    struct Local;

    impl Engine for Local {
        type Tokens = Pin<Box<dyn Stream<Item = u8>>>;

        #[wf_measure(ttft, name = "named sources", returns = stream)]
        fn answer(&self, clock: &Clock) -> Self::Tokens {
            clock.wait(5);
            Box::pin(stream::iter(clock.script([(245, 0), (20, 1)])))
        }
    }

    type Tokens = Box<dyn Iterator<Item = u8>>;

    #[wf_measure(ttft, name = "named sources", returns = iterator)]
    fn iterated(clock: &Clock) -> Result<Tokens, String> {
        clock.wait(5);
        Ok(Box::new(clock.script([(245, 0), (20, 1)])))
    }

    let clock = Clock::start();
    assert_eq!(block_on(Local.answer(&clock).count()), 2);
    assert_eq!(iterated(&clock).unwrap().count(), 2);
    let row = generation("named sources");
    assert_all(row.time_to_first_token(), 2, 250);
    assert_eq!((row.tokens, ends(row.outcomes)), (4, [2, 0, 0, 0]));
}

#[test]
fn a_reply_behind_a_name_that_pushed_its_tokens_is_a_value() {
    struct Reply {
        text: String,
    }

    #[wf_measure(ttft, name = "values", returns = value)]
    fn reply(words: &[&str]) -> Result<Reply, String> {
        words.iter().for_each(|_| wf_token!());
        Ok(Reply {
            text: words.join(" "),
        })
    }

    assert_eq!(reply(&["a", "b"]).unwrap().text, "a b");
    let row = generation("values");
    assert_eq!((row.tokens, ends(row.outcomes)), (2, [1, 0, 0, 0]));
}

#[test]
fn the_items_type_may_be_known_from_the_signature_alone() {
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
fn a_reply_ends_with_its_last_item() {
    type Item = Result<(&'static str, bool), ()>;

    #[wf_measure(ttft, name = "last", tokens = |(text, _)| !text.is_empty(), last = |(_, last)| *last)]
    fn answer(clock: &Clock) -> impl Stream<Item = Item> + use<> {
        stream::iter(clock.script([
            (250, Ok(("a", false))),
            (20, Ok(("b", true))),
            (20, Ok(("", false))),
        ]))
    }

    #[wf_measure(ttft, name = "last, iterated", last = |n| *n == 2)]
    fn iterated(clock: &Clock) -> impl Iterator<Item = u8> + use<> {
        clock.script([(250, 1), (20, 2), (20, 3)])
    }

    let clock = Clock::start();
    let mut left = Box::pin(answer(&clock));
    assert!(block_on(left.next()).is_some() && block_on(left.next()).is_some());
    assert_eq!(
        ends(generation("last").outcomes),
        [1, 0, 0, 0],
        "before it is dropped"
    );
    drop(left);
    assert_eq!(
        block_on(answer(&clock).count()),
        3,
        "all items are handed on"
    );
    let mut too_early = Box::pin(answer(&clock));
    assert!(block_on(too_early.next()).is_some());
    drop(too_early);
    let row = generation("last");
    assert_eq!((row.tokens, ends(row.outcomes)), (5, [2, 0, 1, 0]));
    assert_all(row.end_to_end(), 2, 270);

    assert_eq!(iterated(&clock).find(|n| *n == 2), Some(2));
    assert_eq!(iterated(&clock).count(), 3);
    let row = generation("last, iterated");
    assert_eq!((row.tokens, ends(row.outcomes)), (4, [2, 0, 0, 0]));
}

#[test]
fn a_reply_whose_last_item_fails_is_an_error() {
    #[wf_measure(ttft, name = "last fails", last = |n| *n == 2)]
    fn failed(items: [Result<u8, ()>; 2]) -> impl Iterator<Item = Result<u8, ()>> {
        items.into_iter()
    }

    assert_eq!(failed([Err(()), Ok(2)]).nth(1), Some(Ok(2)));
    assert_eq!(failed([Ok(2), Err(())]).count(), 2);
    assert_eq!(ends(generation("last fails").outcomes), [1, 1, 0, 0]);
}
