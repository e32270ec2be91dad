//! Spans, frames and generations recorded while the thread unwinds from a panic outside of them.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use common::block_on;
use common::rows::{frame, generation, outcome_counts, span};
use wf_instrument::{Outcome, registry, wf_measure, wf_token};

/// Runs `work` in a destructor while the thread unwinds.
fn while_unwinding(work: impl FnMut()) {
    struct OnDrop<W: FnMut()>(W);

    impl<W: FnMut()> Drop for OnDrop<W> {
        fn drop(&mut self) {
            assert!(std::thread::panicking());
            (self.0)();
        }
    }

    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _dropped_last = OnDrop(work);
        panic!("on purpose");
    }));
    assert!(unwound.is_err());
}

#[test]
fn spans_that_panic_end_as_panicked() {
    #[wf_measure(name = "within: panics")]
    fn panics() -> Result<(), String> {
        panic!("on purpose");
    }

    #[wf_measure(name = "within: panics, error_if", error_if = |n| *n == 0)]
    fn panics_with_error_if(n: u8) -> u8 {
        if n > 0 {
            return n;
        }
        panic!("on purpose");
    }

    #[wf_measure(name = "within: plain, panics")]
    fn plain() {
        panic!("on purpose");
    }

    while_unwinding(|| {
        assert!(catch_unwind(plain).is_err());
        assert!(catch_unwind(panics).is_err());
        assert!(catch_unwind(|| panics_with_error_if(0)).is_err());
        panics_with_error_if(1);
    });
    assert_eq!(
        outcome_counts(span("within: plain, panics").outcomes()),
        [0, 0, 0, 1]
    );
    assert_eq!(
        outcome_counts(span("within: panics").outcomes()),
        [0, 0, 0, 1]
    );
    assert_eq!(
        outcome_counts(span("within: panics, error_if").outcomes()),
        [1, 0, 0, 1]
    );
}

#[test]
fn spans_that_return_do_not_end_as_panicked() {
    #[wf_measure(name = "within: plain")]
    fn plain(early: bool) -> u8 {
        if early {
            return 1;
        }
        2
    }

    #[wf_measure(name = "within: result")]
    fn result(fail: bool) -> Result<(), ()> {
        if fail { Err(()) } else { Ok(()) }
    }

    #[wf_measure(name = "within: async")]
    async fn awaited() {
        common::yield_now().await;
    }

    while_unwinding(|| {
        plain(true);
        plain(false);
        let _outcomes = (result(true), result(false));
        block_on(awaited());
    });
    assert_eq!(
        outcome_counts(span("within: plain").outcomes()),
        [2, 0, 0, 0]
    );
    assert_eq!(
        outcome_counts(span("within: result").outcomes()),
        [1, 1, 0, 0]
    );
    assert_eq!(
        outcome_counts(span("within: async").outcomes()),
        [1, 0, 0, 0]
    );
}

#[test]
fn a_frame_is_recorded() {
    #[wf_measure(frame, name = "within: frame")]
    fn draw() {}

    while_unwinding(draw);
    assert_eq!(frame("within: frame").duration.count(), 1);
}

#[test]
fn generations_end_as_outside_of_a_panic() {
    #[wf_measure(ttft, name = "within: counted")]
    fn counted() {
        wf_token!();
    }

    #[wf_measure(ttft, name = "within: iterated")]
    fn iterated() -> impl Iterator<Item = u8> {
        0..3
    }

    while_unwinding(|| {
        counted();
        assert_eq!(iterated().count(), 3);
        assert_eq!(iterated().next(), Some(0));
    });
    assert_eq!(
        outcome_counts(generation("within: counted").outcomes),
        [1, 0, 0, 0]
    );
    let row = generation("within: iterated");
    assert_eq!(
        (row.tokens, outcome_counts(row.outcomes)),
        (4, [1, 0, 1, 0])
    );
}

/// Another future of the same task panics.
#[test]
fn work_that_waits_while_other_code_panics_ends_as_cancelled() {
    #[wf_measure(name = "beside: call")]
    async fn call() {
        std::future::pending::<()>().await;
    }

    #[wf_measure(ttft, name = "beside: counted")]
    async fn counted() {
        wf_token!();
        std::future::pending::<()>().await;
    }

    #[wf_measure(ttft, name = "beside: iterated")]
    fn iterated() -> impl Iterator<Item = u8> {
        0..3
    }

    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let (mut call, mut counted) = (Box::pin(call()), Box::pin(counted()));
        assert!(common::poll_once(call.as_mut()).is_pending());
        assert!(common::poll_once(counted.as_mut()).is_pending());
        let mut tokens = iterated();
        assert_eq!(tokens.next(), Some(0));
        panic!("on purpose");
    }));
    assert!(unwound.is_err());
    assert_eq!(
        outcome_counts(span("beside: call").outcomes()),
        [0, 0, 1, 0]
    );
    assert_eq!(
        outcome_counts(generation("beside: counted").outcomes),
        [0, 0, 1, 0]
    );
    assert_eq!(
        outcome_counts(generation("beside: iterated").outcomes),
        [0, 0, 1, 0]
    );
}

#[test]
fn dropped_work_ends_as_cancelled_if_it_began_while_unwinding_and_else_as_panicked() {
    let call = registry::span("within: handle", "").expect("a valid name");
    let chat = registry::generation("within: request", "", None).expect("a valid name");
    while_unwinding(|| {
        drop(call.start());
        drop(chat.arrive());
    });
    assert_eq!(
        outcome_counts(span("within: handle").outcomes()),
        [0, 0, 1, 0]
    );
    assert_eq!(
        outcome_counts(generation("within: request").outcomes),
        [0, 0, 1, 0]
    );

    let mut before = Some((call.start(), call.enter(), chat.arrive()));
    while_unwinding(|| drop(before.take()));
    assert_eq!(
        outcome_counts(span("within: handle").outcomes()),
        [0, 0, 1, 2]
    );
    assert_eq!(
        outcome_counts(generation("within: request").outcomes),
        [0, 0, 1, 1]
    );
}

#[test]
fn work_begun_while_unwinding_and_ended_later_has_the_reported_outcome() {
    let call = registry::span("within: outlives", "").expect("a valid name");
    let chat = registry::generation("within: outlives", "", None).expect("a valid name");
    let mut handles = None;
    while_unwinding(|| handles = Some((call.start(), call.enter(), chat.arrive())));
    let (span_handle, scope, request) = handles.expect("it ran");
    span_handle.end(Outcome::Error);
    drop(scope);
    request.end(Outcome::Ok);
    assert_eq!(
        outcome_counts(span("within: outlives").outcomes()),
        [1, 1, 0, 0]
    );
    assert_eq!(
        outcome_counts(generation("within: outlives").outcomes),
        [1, 0, 0, 0]
    );
}
