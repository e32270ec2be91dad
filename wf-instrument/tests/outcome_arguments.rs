//! `ok_if` and `error_if`: what ends well is what the author says.

mod common;

use std::future::Future;

use common::block_on;
use common::rows::{ends, generation, span};

use futures_util::stream::{self, Stream, StreamExt};
use wf_instrument::{wf_measure, wf_token};

struct Reply {
    status: u16,
}

impl Reply {
    fn is_good(&self) -> bool {
        self.status < 400
    }
}

#[test]
fn a_call_ends_as_ok_if_says() {
    #[wf_measure(name = "ok if", ok_if = Reply::is_good)]
    fn ask(status: u16) -> Reply {
        Reply { status }
    }

    for status in [200, 500, 404] {
        ask(status);
    }
    assert_eq!(ends(span("ok if").outcomes()), [1, 2, 0, 0]);
}

#[test]
fn error_if_stands_in_place_of_the_rule_about_results() {
    /// That nothing is found is an answer.
    #[wf_measure(name = "error if", error_if = |found| matches!(found, Err(code) if *code != 404))]
    fn find(code: u16) -> Result<(), u16> {
        if code == 200 { Ok(()) } else { Err(code) }
    }

    for code in [200, 404, 500] {
        let _looked_up = find(code);
    }
    assert_eq!(ends(span("error if").outcomes()), [2, 1, 0, 0]);
}

#[test]
fn asynchronous_functions_and_returned_futures_are_judged() {
    #[wf_measure(name = "async judged", error_if = |n| *n > limit)]
    async fn count(n: u8, limit: u8) -> u8 {
        common::yield_now().await;
        n
    }

    #[wf_measure(name = "future judged", ok_if = |n: &Option<u8>| n.is_some())]
    fn later(n: Option<u8>) -> impl Future<Output = Option<u8>> {
        async move { n }
    }

    for n in [1, 3] {
        assert_eq!(block_on(count(n, 2)), n);
    }
    for n in [None, Some(1)] {
        assert_eq!(block_on(later(n)), n);
    }
    assert_eq!(ends(span("async judged").outcomes()), [1, 1, 0, 0]);
    assert_eq!(ends(span("future judged").outcomes()), [1, 1, 0, 0]);
}

#[test]
fn pushed_replies_are_judged_by_what_the_function_returns() {
    #[wf_measure(ttft, name = "pushed judged", error_if = String::is_empty)]
    fn answer(text: &str) -> String {
        wf_token!();
        text.to_owned()
    }

    answer("");
    answer("a");
    assert_eq!(ends(generation("pushed judged").outcomes), [1, 1, 0, 0]);
}

#[test]
fn items_are_judged_one_by_one() {
    #[wf_measure(ttft, name = "items judged", error_if = |item| *item == 0)]
    fn answer(items: &[u8]) -> impl Iterator<Item = u8> {
        items.iter().copied()
    }

    answer(&[1, 2]).for_each(drop);
    answer(&[1, 0, 2]).for_each(drop);
    let row = generation("items judged");
    assert_eq!(ends(row.outcomes), [1, 1, 0, 0]);
    assert_eq!(row.tokens, 4, "what has failed is no token");
}

#[test]
fn an_err_that_is_no_error_is_an_item_without_tokens() {
    #[wf_measure(ttft, name = "retried", ok_if = |_| true, tokens = |text: &&str| text.len())]
    fn answer() -> impl Stream<Item = Result<&'static str, ()>> {
        stream::iter([Err(()), Ok("abc"), Err(())])
    }

    let items: Vec<_> = block_on(answer().collect());
    assert_eq!(items.len(), 3, "all are handed on");
    let row = generation("retried");
    assert_eq!((ends(row.outcomes), row.tokens), ([1, 0, 0, 0], 3));
}

#[test]
fn a_judge_that_panics_ends_the_reply_as_panicked() {
    #[wf_measure(ttft, name = "judge panics", error_if = |item| [1][usize::from(*item)] > 1)]
    fn answer() -> impl Iterator<Item = u8> {
        [0, 1].into_iter()
    }

    #[wf_measure(ttft, name = "judge panics", tokens = |item| [1_u64][usize::from(*item)])]
    fn stream() -> impl Stream<Item = u8> {
        stream::iter([1])
    }

    let mut items = answer();
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| items.by_ref().count()));
    assert!(failed.is_err());
    drop(items);
    let mut items = Box::pin(stream());
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(items.next())));
    assert!(failed.is_err());
    drop(items);
    assert_eq!(ends(generation("judge panics").outcomes), [0, 0, 0, 2]);
}

#[test]
fn methods_borrows_boxes_and_results_are_judged_and_labelled() {
    use std::pin::Pin;

    struct Engine {
        device: String,
        asked: u8,
    }

    #[wf_measure]
    impl Engine {
        #[wf_measure(name = "method", labels(device = self.device), ok_if = |n| *n > 1)]
        fn ask(&mut self) -> u8 {
            self.asked += 1;
            self.asked
        }

        #[wf_measure(name = "borrow", labels(device = self.device), error_if = |text: &&str| text.is_empty())]
        fn device(&self) -> &str {
            &self.device
        }

        #[wf_measure(ttft, model = self.device, labels(lane = lane), error_if = |n| *n == 0)]
        async fn boxed<'a>(
            &'a self,
            lane: &str,
        ) -> Result<Pin<Box<dyn Stream<Item = u8> + 'a>>, ()> {
            if lane == "none" {
                return Err(());
            }
            Ok(Box::pin(stream::iter([1, 2])))
        }
    }

    let mut engine = Engine {
        device: "judged-cpu".to_owned(),
        asked: 0,
    };
    assert_eq!((engine.ask(), engine.ask()), (1, 2));
    assert_eq!(engine.device(), "judged-cpu");
    assert!(block_on(engine.boxed("none")).is_err());
    let stream = block_on(engine.boxed("fast")).expect("a stream");
    assert_eq!(block_on(stream.collect::<Vec<_>>()), [1, 2]);
    assert_eq!(ends(span("method").outcomes()), [1, 1, 0, 0]);
    assert_eq!(ends(span("borrow").outcomes()), [1, 0, 0, 0]);
    let rows = wf_instrument::snapshot::Snapshot::take()
        .metrics
        .generations;
    let ended: Vec<_> = rows
        .iter()
        .filter(|row| &*row.model == "judged-cpu")
        .map(|row| (&*row.labels[0].1, ends(row.outcomes)))
        .collect();
    assert_eq!(ended, [("fast", [1, 0, 0, 0]), ("none", [0, 1, 0, 0])]);
}

#[test]
fn a_block_makes_a_function_once_and_before_the_body() {
    struct Engine {
        scale: u64,
        made: std::cell::Cell<u64>,
    }

    impl Engine {
        #[wf_measure(
            ttft,
            name = "made once",
            tokens = { let scale = self.scale; self.made.set(self.made.get() + 1); move |n: &u64| *n * scale },
            error_if = { let limit = self.scale; move |n: &u64| *n > limit },
        )]
        fn answer(&mut self) -> stream::BoxStream<'static, u64> {
            self.scale += 100;
            stream::iter([1, 2, 3]).boxed()
        }

        #[wf_measure(name = "made once", error_if = { let limit = self.scale; move |n: &u64| *n > limit })]
        async fn grow(&mut self) -> u64 {
            self.scale += 1;
            self.scale
        }
    }

    let mut engine = Engine {
        scale: 3,
        made: std::cell::Cell::new(0),
    };
    assert_eq!(block_on(engine.answer().collect::<Vec<_>>()), [1, 2, 3]);
    assert_eq!(engine.made.get(), 1);
    let row = generation("made once");
    assert_eq!((ends(row.outcomes), row.tokens), ([1, 0, 0, 0], 18));
    assert_eq!(block_on(engine.grow()), 104);
    assert_eq!(ends(span("made once").outcomes()), [0, 1, 0, 0]);
}
