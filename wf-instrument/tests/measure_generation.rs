//! `#[wf_measure(ttft)]`: what is recorded of a model's replies, on a clock that stands still.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::{Duration, Instant};

use common::rows::{assert_all, ends, generation, span};
use common::{block_on, poll_once, yield_now};
use futures_util::stream::{self, BoxStream, LocalBoxStream, Stream, StreamExt as _};
use wf_instrument::clock::mock::Mock;
use wf_instrument::{Nanos, Target, wf_count, wf_measure, wf_token};

/// A clock that streams can carry along.
#[derive(Clone)]
struct Clock(Rc<Mock>);

impl Clock {
    fn start() -> Self {
        Self(Rc::new(Mock::start()))
    }

    fn wait(&self, millis: u64) {
        self.0.advance(Nanos::from_millis(millis));
    }

    /// Yields each item after its milliseconds.
    fn script<T, const N: usize>(&self, items: [(u64, T); N]) -> impl Iterator<Item = T> + use<T, N>
    where
        T: 'static,
    {
        let clock = self.clone();
        items.into_iter().map(move |(millis, item)| {
            clock.wait(millis);
            item
        })
    }
}

#[test]
fn ttft_ends_with_the_first_token_and_not_with_the_stream_that_is_returned() {
    /// Answers.
    #[wf_measure(ttft, name = "stream", slo = "p99 < 500ms")]
    fn answer(clock: &Clock) -> impl Stream<Item = u8> + use<> {
        clock.wait(5);
        stream::iter(clock.script([(245, 0), (20, 1), (20, 2)]))
    }

    let clock = Clock::start();
    let stream = answer(&clock);
    let row = generation("stream");
    assert_eq!((row.in_flight(), row.tokens), (1, 0));
    assert!(row.time_to_first_token.is_empty());

    assert_eq!(block_on(stream.count()), 3);
    let row = generation("stream");
    assert_all(&row.time_to_first_token, 1, 250);
    assert_all(&row.inter_token, 2, 20);
    assert_all(&row.per_output_token, 1, 20);
    assert_all(&row.end_to_end, 1, 290);
    assert_eq!(
        (row.tokens, row.in_flight(), ends(row.outcomes)),
        (3, 0, [1, 0, 0, 0])
    );
    assert_eq!(&*row.help, "Answers.");
    assert_eq!(row.target, Some(Target::new(0.99, 500_000_000)));
}

#[test]
fn every_return_shape_is_measured_the_same() {
    #[wf_measure(ttft, name = "shapes")]
    async fn later(clock: &Clock) -> impl Stream<Item = u8> + use<> {
        clock.wait(5);
        yield_now().await;
        stream::iter(clock.script([(245, 0), (20, 1)]))
    }

    #[wf_measure(ttft, name = "shapes")]
    fn local(clock: &Clock) -> Result<LocalBoxStream<'static, u8>, ()> {
        clock.wait(5);
        Ok(Box::pin(stream::iter(clock.script([(245, 0), (20, 1)]))))
    }

    #[wf_measure(ttft, name = "shapes")]
    async fn pinned(clock: &Clock) -> Result<Pin<Box<dyn Stream<Item = u8>>>, ()> {
        clock.wait(5);
        Ok(Box::pin(stream::iter(clock.script([(245, 0), (20, 1)]))))
    }

    #[wf_measure(ttft, name = "shapes")]
    fn future(clock: Clock) -> impl Future<Output = LocalBoxStream<'static, u8>> {
        clock.wait(5);
        async move { stream::iter(clock.script([(245, 0), (20, 1)])).boxed_local() }
    }

    #[wf_measure(ttft, name = "shapes")]
    fn iterated(clock: &Clock) -> impl Iterator<Item = u8> + use<> {
        clock.wait(5);
        clock.script([(245, 0), (20, 1)])
    }

    #[wf_measure(ttft, name = "shapes")]
    fn boxed(clock: &Clock) -> Result<Box<dyn Iterator<Item = u8>>, ()> {
        clock.wait(5);
        Ok(Box::new(clock.script([(245, 0), (20, 1)])))
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
    assert_all(&row.time_to_first_token, 6, 250);
    assert_all(&row.inter_token, 6, 20);
    assert_all(&row.end_to_end, 6, 270);
    assert_eq!((row.in_flight(), ends(row.outcomes)), (0, [6, 0, 0, 0]));
}

#[test]
fn a_stream_that_is_dropped_was_cancelled() {
    #[wf_measure(ttft, name = "dropped")]
    fn answer(clock: &Clock) -> impl Iterator<Item = u8> + use<> {
        clock.script([(250, 0), (20, 1)])
    }

    let clock = Clock::start();
    let unread = answer(&clock);
    clock.wait(40);
    drop(unread);
    let row = generation("dropped");
    assert_all(&row.gave_up, 1, 40);
    assert!(row.time_to_first_token.is_empty());

    assert_eq!(answer(&clock).next(), Some(0));
    let row = generation("dropped");
    assert_all(&row.time_to_first_token, 1, 250);
    assert_eq!(row.gave_up.count(), 1, "it had seen a token");
    assert!(row.end_to_end.is_empty());
    assert_eq!((row.in_flight(), ends(row.outcomes)), (0, [0, 0, 2, 0]));
}

#[test]
fn an_err_item_is_no_token_and_makes_the_end_an_error() {
    #[wf_measure(ttft, name = "err item")]
    fn answer(clock: &Clock) -> impl Stream<Item = Result<u8, ()>> + use<> {
        stream::iter(clock.script([(10, Ok(0)), (20, Err(())), (20, Ok(1))]))
    }

    let clock = Clock::start();
    assert_eq!(block_on(answer(&clock).count()), 3);
    let row = generation("err item");
    assert_eq!(row.tokens, 2);
    assert_all(&row.time_to_first_token, 1, 10);
    assert_all(&row.inter_token, 1, 40);
    assert_eq!(ends(row.outcomes), [0, 1, 0, 0]);
}

#[test]
fn a_stream_that_is_dropped_after_its_err_item_is_an_error() {
    #[wf_measure(ttft, name = "err item, dropped")]
    fn answer(clock: &Clock) -> BoxStream<'static, Result<u8, ()>> {
        clock.wait(10);
        stream::iter([Err(()), Ok(1)]).boxed()
    }

    let clock = Clock::start();
    assert_eq!(block_on(answer(&clock).next()), Some(Err(())));
    let row = generation("err item, dropped");
    assert_eq!(
        (row.tokens, row.in_flight(), ends(row.outcomes)),
        (0, 0, [0, 1, 0, 0])
    );
    assert!(row.gave_up.is_empty(), "an error is nobody's impatience");
}

#[test]
fn no_stream_at_all_is_an_error() {
    #[wf_measure(ttft, name = "no stream")]
    fn answer(known: bool) -> Result<impl Iterator<Item = u8>, String> {
        if !known {
            return Err("unknown model".to_owned());
        }
        Ok([1].into_iter())
    }

    #[wf_measure(ttft, name = "no stream")]
    async fn later(known: bool) -> Result<impl Stream<Item = u8>, String> {
        yield_now().await;
        Ok(stream::iter(answer(known)?))
    }

    assert!(answer(false).is_err() && block_on(later(false)).is_err());
    let row = generation("no stream");
    assert_eq!((row.in_flight(), ends(row.outcomes)), (0, [0, 3, 0, 0]));
}

#[test]
fn an_item_of_many_tokens_is_as_many_gaps() {
    #[wf_measure(ttft, name = "speculative", tokens = |chunk| chunk.len())]
    fn answer(clock: &Clock) -> impl Iterator<Item = &'static str> + use<> {
        clock.script([(100, "ab"), (60, "cde")])
    }

    let clock = Clock::start();
    assert_eq!(answer(&clock).count(), 2);
    let row = generation("speculative");
    assert_all(&row.time_to_first_token, 1, 100);
    assert_all(&row.inter_token, 3, 20);
    assert_eq!(row.tokens, 5);
}

#[test]
fn an_item_without_tokens_is_no_first_token_and_no_gap() {
    #[wf_measure(ttft, name = "role only", tokens = |text| !text.is_empty())]
    fn answer(clock: &Clock) -> impl Iterator<Item = &'static str> + use<> {
        clock.script([(100, ""), (150, "a"), (10, ""), (10, "b")])
    }

    let clock = Clock::start();
    assert_eq!(answer(&clock).count(), 4);
    let row = generation("role only");
    assert_all(&row.time_to_first_token, 1, 250);
    assert_all(&row.inter_token, 1, 20);
    assert_eq!(row.tokens, 2);
}

#[test]
fn tokens_that_are_pushed_are_those_of_the_generation_in_scope() {
    #[wf_measure(ttft, name = "pushed")]
    fn answer(clock: &Clock, n: u64) -> Result<u64, String> {
        clock.wait(250);
        wf_token!();
        for _ in 1..n {
            clock.wait(20);
            push();
        }
        if n == 9 {
            Err("too many".to_owned())
        } else {
            Ok(n)
        }
    }

    fn push() {
        wf_count!(tokens, 1);
    }

    let clock = Clock::start();
    assert_eq!(answer(&clock, 3), Ok(3));
    let row = generation("pushed");
    assert_all(&row.time_to_first_token, 1, 250);
    assert_all(&row.inter_token, 2, 20);
    assert_all(&row.end_to_end, 1, 290);
    assert!(answer(&clock, 9).is_err());
    let row = generation("pushed");
    assert_eq!(
        (row.tokens, row.in_flight(), ends(row.outcomes)),
        (12, 0, [1, 1, 0, 0])
    );
}

#[test]
fn tokens_that_are_pushed_between_awaits_find_their_own_generation() {
    #[wf_measure(ttft, model = model)]
    async fn answer(clock: &Clock, model: &str, n: u64) -> u64 {
        for _ in 0..n {
            clock.wait(10);
            wf_token!();
            yield_now().await;
        }
        n
    }

    let clock = Clock::start();
    let (mut a, mut b) = (pin!(answer(&clock, "a", 3)), pin!(answer(&clock, "b", 5)));
    for _ in 0..2 {
        assert!(poll_once(a.as_mut()).is_pending() && poll_once(b.as_mut()).is_pending());
    }
    assert_eq!((generation("a").tokens, generation("b").tokens), (2, 2));
    assert_eq!(
        (generation("a").in_flight(), generation("b").in_flight()),
        (1, 1)
    );
    assert_eq!((block_on(a), block_on(b)), (3, 5));
    assert_eq!((generation("a").tokens, generation("b").tokens), (3, 5));
    assert_all(&generation("a").time_to_first_token, 1, 10);
}

#[test]
fn a_generation_within_another_counts_its_own_tokens() {
    #[wf_measure(ttft, name = "outer")]
    fn outer() -> u8 {
        wf_token!();
        let n = inner();
        wf_token!(2);
        n
    }

    #[wf_measure(ttft, name = "inner")]
    fn inner() -> u8 {
        wf_token!(7u32);
        7
    }

    #[wf_measure(ttft, name = "outer async")]
    async fn outer_async() {
        wf_token!();
        inner_async().await;
        wf_token!(2);
    }

    #[wf_measure(ttft, name = "inner async")]
    async fn inner_async() {
        wf_token!(3);
        yield_now().await;
        wf_token!(4);
    }

    outer();
    block_on(outer_async());
    for (name, tokens) in [
        ("outer", 3),
        ("inner", 7),
        ("outer async", 3),
        ("inner async", 7),
    ] {
        assert_eq!(generation(name).tokens, tokens, "{name}");
    }
}

#[test]
fn a_task_that_is_dropped_was_cancelled_and_one_that_unwinds_has_panicked() {
    #[wf_measure(ttft, name = "ends")]
    async fn answer(panics: bool) -> Result<(), ()> {
        yield_now().await;
        assert!(!panics, "on purpose");
        yield_now().await;
        Ok(())
    }

    {
        let mut dropped = pin!(answer(false));
        assert!(poll_once(dropped.as_mut()).is_pending());
        assert_eq!(generation("ends").in_flight(), 1);
    }
    catch_unwind(|| block_on(answer(true))).unwrap_err();
    let row = generation("ends");
    assert_eq!((row.in_flight(), ends(row.outcomes)), (0, [0, 0, 1, 1]));
}

#[test]
fn a_stream_that_unwinds_has_panicked() {
    #[wf_measure(ttft, name = "unwinding stream")]
    fn answer() -> impl Iterator<Item = u8> {
        [1, 0].into_iter().map(|n| 1 / n)
    }

    #[wf_measure(ttft, name = "unwinding call")]
    fn call() -> Result<u8, ()> {
        panic!("on purpose");
    }

    catch_unwind(AssertUnwindSafe(|| answer().count())).unwrap_err();
    catch_unwind(call).unwrap_err();
    for name in ["unwinding stream", "unwinding call"] {
        let row = generation(name);
        assert_eq!(
            (row.in_flight(), ends(row.outcomes)),
            (0, [0, 0, 0, 1]),
            "{name}"
        );
    }
}

#[test]
fn each_model_is_a_series_and_its_name_is_read_once() {
    struct Model {
        name: String,
    }

    impl Model {
        #[wf_measure(ttft, model = self.told(asked), prompt_tokens = prompt.len())]
        fn answer<'a>(
            &self,
            prompt: &'a [u8],
            asked: &std::cell::Cell<u8>,
        ) -> impl Iterator<Item = u8> + use<'a> {
            prompt.iter().copied()
        }

        fn told(&self, asked: &std::cell::Cell<u8>) -> String {
            asked.set(asked.get() + 1);
            self.name.clone()
        }
    }

    let asked = std::cell::Cell::new(0);
    for name in ["small", "large", "large"] {
        let model = Model {
            name: name.to_owned(),
        };
        model.answer(&[1, 2, 3], &asked).for_each(drop);
    }
    assert_eq!(asked.get(), 3);
    assert_eq!(
        (generation("small").tokens, generation("large").tokens),
        (3, 6)
    );
    assert_eq!(
        (
            generation("small").prompt_tokens,
            generation("large").prompt_tokens
        ),
        (3, 6)
    );
}

#[test]
fn a_request_may_have_queued_before_it_arrived() {
    #[wf_measure(ttft, name = "queued", queued_at = arrived)]
    fn answer(arrived: Instant) {
        wf_token!();
    }

    let hour = Duration::from_secs(3600);
    answer(
        Instant::now()
            .checked_sub(hour)
            .expect("the machine is up for an hour"),
    );
    let row = generation("queued");
    let longest = |samples: &wf_instrument::histogram::Frozen| samples.max().expect("a sample");
    let hour = Nanos::from(hour).get();
    for samples in [&row.queue, &row.time_to_first_token, &row.end_to_end] {
        assert!(longest(samples).abs_diff(hour) < hour / 50, "{samples:?}");
    }
}

#[test]
fn a_function_may_be_a_span_and_a_generation() {
    #[wf_measure(name = "both")]
    #[wf_measure(ttft, name = "both")]
    async fn answer() -> Result<(), ()> {
        wf_token!();
        Err(())
    }

    block_on(answer()).unwrap_err();
    assert_eq!(ends(span("both").outcomes()), [0, 1, 0, 0]);
    assert_eq!(ends(generation("both").outcomes), [0, 1, 0, 0]);
}

#[test]
fn a_recursive_generation_counts_each_reply() {
    #[wf_measure(ttft, name = "recursive")]
    fn answer(depth: u64) -> u64 {
        wf_token!();
        if depth == 0 {
            return generation("recursive").in_flight();
        }
        answer(depth - 1)
    }

    assert_eq!(answer(2), 3);
    let row = generation("recursive");
    assert_eq!((row.tokens, row.in_flight(), row.outcomes.ok), (3, 0, 3));
}

#[test]
fn the_future_grows_by_less_than_two_cache_lines() {
    async fn plain(arguments: [u8; 4096], n: u8) -> u8 {
        let local = [n; 4096];
        yield_now().await;
        local[usize::from(n)] + arguments[usize::from(n)]
    }

    #[wf_measure(ttft, name = "size")]
    async fn measured(arguments: [u8; 4096], n: u8) -> u8 {
        let local = [n; 4096];
        yield_now().await;
        local[usize::from(n)] + arguments[usize::from(n)]
    }

    let (plain, measured) = (plain([0; 4096], 1), measured([0; 4096], 1));
    let growth = size_of_val(&measured) - size_of_val(&plain);
    assert!(growth <= 128, "{growth} bytes");
    assert_eq!(block_on(measured), block_on(plain));
}
