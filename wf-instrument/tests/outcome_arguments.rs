//! `ok_if` and `error_if` decide the outcome.

mod common;

use std::future::Future;

use common::block_on;
use common::rows::{generation, outcome_counts, span};

use futures_util::stream::{self, Stream, StreamExt};
use wf_instrument::{wf_measure, wf_token};

struct Response {
    status: u16,
}

impl Response {
    fn is_success(&self) -> bool {
        self.status < 400
    }
}

#[test]
fn ok_if_decides_the_outcome_of_a_span() {
    #[wf_measure(name = "ok if", ok_if = Response::is_success)]
    fn respond(status: u16) -> Response {
        Response { status }
    }

    for status in [200, 500, 404] {
        respond(status);
    }
    assert_eq!(outcome_counts(span("ok if").outcomes()), [1, 2, 0, 0]);
}

#[test]
fn error_if_replaces_the_rule_for_results() {
    /// Not found is no error.
    #[wf_measure(name = "error if", error_if = |found| matches!(found, Err(code) if *code != 404))]
    fn find(code: u16) -> Result<(), u16> {
        if code == 200 { Ok(()) } else { Err(code) }
    }

    for code in [200, 404, 500] {
        let _found = find(code);
    }
    assert_eq!(outcome_counts(span("error if").outcomes()), [2, 1, 0, 0]);
}

#[test]
fn outcomes_of_async_functions_and_returned_futures_are_decided() {
    #[wf_measure(name = "async error if", error_if = |n| *n > limit)]
    async fn count(n: u8, limit: u8) -> u8 {
        common::yield_now().await;
        n
    }

    #[wf_measure(name = "future ok if", ok_if = |n: &Option<u8>| n.is_some())]
    fn later(n: Option<u8>) -> impl Future<Output = Option<u8>> {
        async move { n }
    }

    for n in [1, 3] {
        assert_eq!(block_on(count(n, 2)), n);
    }
    for n in [None, Some(1)] {
        assert_eq!(block_on(later(n)), n);
    }
    assert_eq!(
        outcome_counts(span("async error if").outcomes()),
        [1, 1, 0, 0]
    );
    assert_eq!(
        outcome_counts(span("future ok if").outcomes()),
        [1, 1, 0, 0]
    );
}

#[test]
fn the_returned_value_decides_the_outcome_of_a_generation() {
    #[wf_measure(ttft, name = "counted error if", error_if = String::is_empty)]
    fn generate(text: &str) -> String {
        wf_token!();
        text.to_owned()
    }

    generate("");
    generate("a");
    assert_eq!(
        outcome_counts(generation("counted error if").outcomes),
        [1, 1, 0, 0]
    );
}

#[test]
fn each_item_decides_if_the_generation_failed() {
    #[wf_measure(ttft, name = "items error if", error_if = |item| *item == 0)]
    fn generate(items: &[u8]) -> impl Iterator<Item = u8> {
        items.iter().copied()
    }

    generate(&[1, 2]).for_each(drop);
    generate(&[1, 0, 2]).for_each(drop);
    let row = generation("items error if");
    assert_eq!(outcome_counts(row.outcomes), [1, 1, 0, 0]);
    assert_eq!(row.tokens, 4, "a failed item is no token");
}

#[test]
fn an_err_item_that_is_ok_has_no_tokens() {
    #[wf_measure(ttft, name = "retried", ok_if = |_| true, tokens = |text: &&str| text.len())]
    fn generate() -> impl Stream<Item = Result<&'static str, ()>> {
        stream::iter([Err(()), Ok("abc"), Err(())])
    }

    let items: Vec<_> = block_on(generate().collect());
    assert_eq!(items.len(), 3, "all items are passed on");
    let row = generation("retried");
    assert_eq!(
        (outcome_counts(row.outcomes), row.tokens),
        ([1, 0, 0, 0], 3)
    );
}

#[test]
fn a_closure_that_panics_ends_the_generation_as_panicked() {
    #[wf_measure(ttft, name = "closure panics", error_if = |item| [1][usize::from(*item)] > 1)]
    fn generate() -> impl Iterator<Item = u8> {
        [0, 1].into_iter()
    }

    #[wf_measure(ttft, name = "closure panics", tokens = |item| [1_u64][usize::from(*item)])]
    fn stream() -> impl Stream<Item = u8> {
        stream::iter([1])
    }

    let mut items = generate();
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| items.by_ref().count()));
    assert!(failed.is_err());
    drop(items);
    let mut items = Box::pin(stream());
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(items.next())));
    assert!(failed.is_err());
    drop(items);
    assert_eq!(
        outcome_counts(generation("closure panics").outcomes),
        [0, 0, 0, 2]
    );
}

#[test]
fn methods_borrows_boxes_and_results_take_outcomes_and_labels() {
    use std::pin::Pin;

    struct Engine {
        device: String,
        calls: u8,
    }

    #[wf_measure]
    impl Engine {
        #[wf_measure(name = "method", labels(device = self.device), ok_if = |n| *n > 1)]
        fn call(&mut self) -> u8 {
            self.calls += 1;
            self.calls
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
        device: "outcome-cpu".to_owned(),
        calls: 0,
    };
    assert_eq!((engine.call(), engine.call()), (1, 2));
    assert_eq!(engine.device(), "outcome-cpu");
    assert!(block_on(engine.boxed("none")).is_err());
    let stream = block_on(engine.boxed("fast")).expect("a stream");
    assert_eq!(block_on(stream.collect::<Vec<_>>()), [1, 2]);
    assert_eq!(outcome_counts(span("method").outcomes()), [1, 1, 0, 0]);
    assert_eq!(outcome_counts(span("borrow").outcomes()), [1, 0, 0, 0]);
    let rows = wf_instrument::snapshot::Snapshot::take()
        .metrics
        .generations;
    let ended: Vec<_> = rows
        .iter()
        .filter(|row| &*row.model == "outcome-cpu")
        .map(|row| (&*row.labels[0].1, outcome_counts(row.outcomes)))
        .collect();
    assert_eq!(ended, [("fast", [1, 0, 0, 0]), ("none", [0, 1, 0, 0])]);
}

#[test]
fn a_block_that_makes_a_closure_runs_once_before_the_body() {
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
        fn generate(&mut self) -> stream::BoxStream<'static, u64> {
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
    assert_eq!(block_on(engine.generate().collect::<Vec<_>>()), [1, 2, 3]);
    assert_eq!(engine.made.get(), 1);
    let row = generation("made once");
    assert_eq!(
        (outcome_counts(row.outcomes), row.tokens),
        ([1, 0, 0, 0], 18)
    );
    assert_eq!(block_on(engine.grow()), 104);
    assert_eq!(outcome_counts(span("made once").outcomes()), [0, 1, 0, 0]);
}
