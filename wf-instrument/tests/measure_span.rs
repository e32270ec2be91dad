//! `#[wf_measure]`: the metrics of spans, on a mock clock.

mod common;

#[path = "measure_span/returned.rs"]
mod returned;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use common::rows::{assert_samples, outcome_counts, span};
use common::{block_on, poll_once, yield_now};
use wf_instrument::clock::mock::Mock;
use wf_instrument::{Nanos, wf_measure};

fn wait(clock: &Mock, millis: u64) {
    clock.advance(Nanos::from_millis(millis));
}

#[test]
fn a_call_without_a_result_is_ok() {
    /// Adds up.
    ///
    /// Slowly.
    #[wf_measure(name = "sync ok")]
    fn add(clock: &Mock, a: u8, b: u8) -> u8 {
        assert_eq!(span("sync ok").in_flight, 1);
        if a == 0 {
            return b;
        }
        wait(clock, 250);
        a + b
    }

    let clock = Mock::start();
    assert_eq!(
        span("sync ok").outcomes().total(),
        0,
        "known before its first call"
    );
    assert_eq!(add(&clock, 1, 2), 3);
    let row = span("sync ok");
    assert_samples(&row.ok, 1, 250);
    assert_eq!((row.in_flight, &*row.help), (0, "Adds up."));

    add(&clock, 0, 2);
    assert_eq!(
        outcome_counts(span("sync ok").outcomes()),
        [2, 0, 0, 0],
        "an early return is one too"
    );
}

#[test]
fn a_call_that_returns_err_is_an_error() {
    #[wf_measure(name = "sync result")]
    fn parse(clock: &Mock, text: &str) -> Result<u8, std::num::ParseIntError> {
        wait(clock, 10);
        let n = text.parse()?;
        wait(clock, 20);
        Ok(n)
    }

    let clock = Mock::start();
    assert_eq!(parse(&clock, "3"), Ok(3));
    assert!(parse(&clock, "three").is_err());
    let row = span("sync result");
    assert_samples(&row.ok, 1, 30);
    assert_samples(&row.error, 1, 10);
    assert_eq!(row.in_flight, 0);
}

#[test]
fn a_call_that_panics_ends_as_panicked() {
    #[wf_measure(name = "sync panic")]
    fn plain(clock: &Mock) {
        wait(clock, 40);
        panic!("on purpose");
    }

    #[wf_measure(name = "sync result panic")]
    fn result(clock: &Mock) -> Result<(), ()> {
        wait(clock, 50);
        panic!("on purpose");
    }

    let clock = Mock::start();
    catch_unwind(AssertUnwindSafe(|| plain(&clock))).unwrap_err();
    catch_unwind(AssertUnwindSafe(|| result(&clock))).unwrap_err();
    for (name, millis) in [("sync panic", 40), ("sync result panic", 50)] {
        let row = span(name);
        assert_samples(&row.panicked, 1, millis);
        assert_eq!((row.outcomes().total(), row.in_flight), (1, 0));
    }
}

#[test]
fn an_async_call_lasts_until_it_is_ready() {
    #[wf_measure(name = "async")]
    async fn call(clock: &Mock, fail: bool) -> Result<u8, String> {
        wait(clock, 10);
        yield_now().await;
        assert_eq!(span("async").in_flight, 1);
        if fail {
            Err("asked to".to_owned())?;
        }
        wait(clock, 20);
        Ok(3)
    }

    let clock = Mock::start();
    let unpolled = call(&clock, false);
    wait(&clock, 1000);
    assert_eq!(
        block_on(unpolled),
        Ok(3),
        "nothing happens before the first poll"
    );
    assert!(block_on(call(&clock, true)).is_err());
    let row = span("async");
    assert_samples(&row.ok, 1, 30);
    assert_samples(&row.error, 1, 10);
    assert_eq!(row.in_flight, 0);
}

#[test]
fn an_async_call_that_is_dropped_ends_as_cancelled() {
    #[wf_measure(name = "async dropped")]
    async fn call() {
        yield_now().await;
    }

    let clock = Mock::start();
    drop(call());
    assert_eq!(
        span("async dropped").outcomes().total(),
        0,
        "it never began"
    );
    {
        let mut future = pin!(call());
        assert!(poll_once(future.as_mut()).is_pending());
        wait(&clock, 70);
        assert_eq!(span("async dropped").in_flight, 1);
    }
    let row = span("async dropped");
    assert_samples(&row.cancelled, 1, 70);
    assert_eq!((row.outcomes().total(), row.in_flight), (1, 0));
}

#[test]
fn an_async_call_that_panics_ends_as_panicked() {
    #[wf_measure(name = "async panic")]
    async fn call(clock: &Mock) -> Result<(), ()> {
        yield_now().await;
        wait(clock, 60);
        panic!("on purpose");
    }

    let clock = Mock::start();
    catch_unwind(AssertUnwindSafe(|| block_on(call(&clock)))).unwrap_err();
    assert_samples(&span("async panic").panicked, 1, 60);
    assert_eq!(outcome_counts(span("async panic").outcomes()), [0, 0, 0, 1]);
}

#[test]
fn a_function_that_returns_a_future_is_measured_to_the_futures_end() {
    #[wf_measure(name = "returned future")]
    fn call(clock: &Mock, fail: bool) -> impl Future<Output = Result<u8, ()>> {
        wait(clock, 10);
        async move {
            wait(clock, 20);
            yield_now().await;
            if fail { Err(()) } else { Ok(3) }
        }
    }

    #[wf_measure(name = "boxed future")]
    fn boxed(clock: &Mock) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        wait(clock, 10);
        Box::pin(async move { wait(clock, 20) })
    }

    let clock = Mock::start();
    assert_eq!(block_on(call(&clock, false)), Ok(3));
    assert_eq!(block_on(call(&clock, true)), Err(()));
    drop(call(&clock, false));
    let row = span("returned future");
    assert_samples(&row.ok, 1, 30);
    assert_samples(&row.error, 1, 30);
    assert_samples(&row.cancelled, 1, 10);

    block_on(boxed(&clock));
    assert_samples(&span("boxed future").ok, 1, 30);
}

#[test]
fn an_async_trait_method_is_measured_to_its_end() {
    #[async_trait::async_trait]
    trait Engine {
        async fn call(&self, fail: bool) -> Result<u8, ()>;
    }

    struct Model;

    #[async_trait::async_trait]
    impl Engine for Model {
        #[wf_measure(name = "async trait")]
        async fn call(&self, fail: bool) -> Result<u8, ()> {
            yield_now().await;
            if fail {
                return Err(());
            }
            Ok(3)
        }
    }

    assert_eq!(block_on(Model.call(false)), Ok(3));
    assert_eq!(block_on(Model.call(true)), Err(()));
    {
        let mut future = pin!(Model.call(false));
        assert!(poll_once(future.as_mut()).is_pending());
    }
    assert_eq!(outcome_counts(span("async trait").outcomes()), [1, 1, 1, 0]);
}

#[test]
fn a_recursive_call_is_measured_too() {
    #[wf_measure(name = "recursive")]
    fn descend(clock: &Mock, depth: u64) -> u64 {
        wait(clock, 10);
        if depth == 0 {
            return span("recursive").in_flight;
        }
        descend(clock, depth - 1)
    }

    let clock = Mock::start();
    assert_eq!(descend(&clock, 2), 3);
    let row = span("recursive");
    assert_eq!((row.ok.count(), row.in_flight), (3, 0));
    let longest = row.ok.max().expect("a sample");
    assert!(
        longest >= Nanos::from_millis(29).get(),
        "the outer call holds the inner ones"
    );
}

#[test]
fn a_generic_function_is_one_series() {
    #[wf_measure(name = "generic")]
    fn take<T>(_: T) {}

    take(1u8);
    take("text");
    assert_eq!(span("generic").ok.count(), 2);
}

#[test]
fn functions_of_one_name_are_one_series() {
    #[wf_measure(name = "shared")]
    fn one() {}

    #[wf_measure(name = "shared")]
    async fn other() {}

    one();
    block_on(other());
    assert_eq!(span("shared").ok.count(), 2);
}

mod inner {
    #[wf_instrument::wf_measure]
    pub(super) fn r#loop() {}
}

#[test]
fn the_default_name_is_module_and_function() {
    inner::r#loop();
    assert_eq!(span("measure_span::inner::loop").ok.count(), 1);
}
