//! The outcome of a span by the returned value, whatever the name of its type.

use std::future::{Future, Ready, ready};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use wf_instrument::clock::mock::Mock;
use wf_instrument::wf_measure;

use crate::common::rows::{assert_samples, outcome_counts, span};
use crate::common::{block_on, yield_now};
use crate::wait;

type Fallible<T = ()> = Result<T, String>;

fn fallible(fails: bool) -> Fallible {
    match fails {
        true => Err("on purpose".to_owned()),
        false => Ok(()),
    }
}

#[test]
fn an_err_is_an_error_whatever_the_type_name_and_position() {
    struct Worker;

    impl Iterator for Worker {
        type Item = Fallible;

        #[wf_measure(name = "err: associated")]
        fn next(&mut self) -> Option<Self::Item> {
            Some(fallible(true))
        }
    }

    #[wf_measure(name = "err: alias")]
    fn alias(fails: bool) -> Fallible {
        fallible(fails)?;
        Ok(())
    }

    #[wf_measure(name = "err: alias")]
    async fn later(fails: bool) -> Fallible {
        yield_now().await;
        fallible(fails)
    }

    #[wf_measure(name = "err: alias")]
    fn future(fails: bool) -> impl Future<Output = Fallible> {
        async move { fallible(fails) }
    }

    #[wf_measure(name = "err: poll")]
    fn polled(fails: bool) -> Poll<Result<(), String>> {
        Poll::Ready(fallible(fails))
    }

    #[wf_measure(name = "err: poll of an option")]
    fn polled_item(fails: bool) -> Poll<Option<Fallible>> {
        Poll::Ready(Some(fallible(fails)))
    }

    #[wf_measure(name = "err: task")]
    fn joined(fails: bool) -> Result<Result<(), String>, ()> {
        Ok(fallible(fails))
    }

    #[wf_measure(name = "err: opaque")]
    fn opaque(fails: bool) -> Result<impl Copy, String> {
        fallible(fails)
    }

    for fails in [false, true] {
        let _ = alias(fails);
        let _ = block_on(later(fails));
        let _ = block_on(future(fails));
        let _ = polled(fails);
        let _ = polled_item(fails);
        let _ = joined(fails);
        let _ = opaque(fails);
    }
    assert_eq!(outcome_counts(span("err: alias").outcomes()), [3, 3, 0, 0]);
    for name in ["poll", "poll of an option", "task", "opaque"] {
        let row = span(&format!("err: {name}"));
        assert_eq!(outcome_counts(row.outcomes()), [1, 1, 0, 0], "{name}");
    }
    Worker.next();
    assert_eq!(
        outcome_counts(span("err: associated").outcomes()),
        [0, 1, 0, 0]
    );
}

#[test]
fn none_pending_and_break_are_not_errors() {
    #[wf_measure(name = "no error")]
    fn absent() -> Option<Fallible> {
        None
    }

    #[wf_measure(name = "no error")]
    fn pending() -> Poll<Fallible> {
        Poll::Pending
    }

    #[wf_measure(name = "no error")]
    fn broken_off() -> ControlFlow<Fallible> {
        ControlFlow::Break(fallible(true))
    }

    #[wf_measure(name = "no error")]
    fn several() -> Vec<Fallible> {
        vec![fallible(true)]
    }

    #[wf_measure(name = "no error")]
    fn beside() -> (u8, Fallible) {
        (1, fallible(true))
    }

    let _ = (absent(), pending(), broken_off(), several(), beside());
    assert_eq!(outcome_counts(span("no error").outcomes()), [5, 0, 0, 0]);
}

/// Like `Service` of tower.
trait Service {
    type Future: Future<Output = Fallible<u8>>;

    fn call(&self, clock: &Mock, n: u8) -> Self::Future;
}

#[test]
fn a_future_behind_an_alias_is_measured_to_its_end() {
    struct Engine;

    impl Service for Engine {
        type Future = Pin<Box<dyn Future<Output = Fallible<u8>> + Send>>;

        #[wf_measure(name = "service", returns = future)]
        fn call(&self, clock: &Mock, n: u8) -> Self::Future {
            wait(clock, 10);
            Box::pin(async move {
                yield_now().await;
                // Only the alias names the error's type.
                match n {
                    0 => Err("none".into()),
                    n => Ok(n),
                }
            })
        }
    }

    let clock = Mock::start();
    for n in [1, 0] {
        let future = Engine.call(&clock, n);
        assert_eq!(span("service").in_flight, 1);
        wait(&clock, 20);
        assert_eq!(block_on(future).is_ok(), n == 1);
    }
    drop(Engine.call(&clock, 1));
    let row = span("service");
    assert_samples(&row.ok, 1, 30);
    assert_samples(&row.error, 1, 30);
    assert_samples(&row.cancelled, 1, 10);
}

#[test]
fn a_future_is_found_in_every_box() {
    #[wf_measure(name = "boxed futures")]
    fn opaque(clock: &Mock) -> Pin<Box<impl Future<Output = Fallible>>> {
        wait(clock, 10);
        Box::pin(async { fallible(true) })
    }

    #[wf_measure(name = "boxed futures")]
    fn unpinned(clock: &Mock) -> Box<dyn Future<Output = Fallible> + Unpin> {
        wait(clock, 10);
        Box::new(ready(fallible(true)))
    }

    type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Fallible<T>> + 'a>>;

    #[wf_measure(name = "boxed futures")]
    fn named(clock: &Mock) -> BoxFuture<'_, ()> {
        wait(clock, 10);
        Box::pin(async { fallible(true) })
    }

    let clock = Mock::start();
    let (opaque, unpinned, named) = (opaque(&clock), unpinned(&clock), named(&clock));
    assert_eq!(span("boxed futures").in_flight, 3);
    assert!(block_on(opaque).is_err() && block_on(unpinned).is_err() && block_on(named).is_err());
    assert_eq!(
        outcome_counts(span("boxed futures").outcomes()),
        [0, 3, 0, 0]
    );
}

#[test]
fn a_declared_value_is_measured_as_a_call() {
    #[wf_measure(name = "handle", returns = value)]
    fn spawn(clock: &Mock) -> Result<Ready<u8>, String> {
        wait(clock, 10);
        Ok(ready(1))
    }

    let clock = Mock::start();
    let handle = spawn(&clock).unwrap();
    assert_samples(&span("handle").ok, 1, 10);
    assert_eq!(block_on(handle), 1);
}

#[test]
fn a_returned_stream_is_measured_to_its_end() {
    #[wf_measure(name = "stream")]
    fn opaque(clock: &Mock) -> impl Stream<Item = u8> {
        wait(clock, 10);
        stream::iter([1, 2]).inspect(move |_| wait(clock, 10))
    }

    #[wf_measure(name = "stream")]
    async fn later(clock: &Mock) -> Result<BoxStream<'static, u8>, String> {
        wait(clock, 10);
        yield_now().await;
        wait(clock, 20);
        Ok(stream::iter([1, 2]).boxed())
    }

    type Items = Pin<Box<dyn Stream<Item = u8> + Send>>;

    #[wf_measure(name = "stream", returns = stream)]
    fn named(clock: &Mock) -> Items {
        wait(clock, 30);
        stream::iter([1, 2]).boxed()
    }

    #[wf_measure(name = "stream")]
    fn future(clock: &Mock) -> impl Future<Output = BoxStream<'static, u8>> {
        wait(clock, 10);
        async move {
            wait(clock, 20);
            stream::iter([1, 2]).boxed()
        }
    }

    let clock = Mock::start();
    let waiting = opaque(&clock);
    assert_eq!(span("stream").in_flight, 1);
    assert_eq!(block_on(waiting.count()), 2);
    assert_eq!(block_on(named(&clock).count()), 2);
    block_on(async {
        assert_eq!(later(&clock).await.unwrap().count().await, 2);
        assert_eq!(future(&clock).await.count().await, 2);
    });
    let row = span("stream");
    assert_samples(&row.ok, 4, 30);
    assert_eq!(
        (row.in_flight, outcome_counts(row.outcomes())),
        (0, [4, 0, 0, 0])
    );
}

#[test]
fn a_failed_dropped_or_panicking_stream_decides_the_outcome_of_its_call() {
    #[wf_measure(name = "stream ends")]
    fn results(items: Vec<Result<u8, String>>) -> impl Stream<Item = Fallible<u8>> {
        stream::iter(items).inspect(|item| assert_ne!(item, &Ok(0), "on purpose"))
    }

    #[wf_measure(name = "stream ends")]
    async fn refused() -> Result<BoxStream<'static, u8>, String> {
        Err("none".to_owned())
    }

    let error = || Err("on purpose".to_owned());
    assert_eq!(block_on(results(vec![Ok(1), error(), Ok(2)]).count()), 3);
    let mut failed = Box::pin(results(vec![error(), Ok(1)]));
    assert_eq!(block_on(failed.next()), Some(error()));
    drop(failed);
    assert!(block_on(refused()).is_err());
    assert_eq!(outcome_counts(span("stream ends").outcomes()), [0, 3, 0, 0]);

    let mut left = Box::pin(results(vec![Ok(1), Ok(2)]));
    assert_eq!(block_on(left.next()), Some(Ok(1)));
    drop(left);
    let mut unwinding = Box::pin(results(vec![Ok(0)]));
    catch_unwind(AssertUnwindSafe(|| block_on(unwinding.next()))).unwrap_err();
    drop(unwinding);
    let row = span("stream ends");
    assert_eq!(
        (row.in_flight, outcome_counts(row.outcomes())),
        (0, [0, 3, 1, 1])
    );
}

#[test]
fn a_call_that_returns_an_iterator_ends_when_it_returns() {
    #[wf_measure(name = "iterator")]
    fn rows(clock: &Mock) -> impl DoubleEndedIterator<Item = u8> + Clone {
        wait(clock, 10);
        [1, 2].into_iter()
    }

    #[wf_measure(name = "iterator")]
    fn named(clock: &Mock) -> std::vec::IntoIter<u8> {
        wait(clock, 10);
        vec![1, 2].into_iter()
    }

    let clock = Mock::start();
    let (rows, named) = (rows(&clock), named(&clock));
    assert_samples(&span("iterator").ok, 2, 10);
    assert_eq!((rows.count(), named.count()), (2, 2));
}
