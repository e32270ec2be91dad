//! What is measured while the thread unwinds from somebody else's panic.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use common::block_on;
use common::rows::{ends, frame, generation, span};
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
        let _last = OnDrop(work);
        panic!("on purpose");
    }));
    assert!(unwound.is_err());
}

#[test]
fn calls_that_panic_themselves_are_not_taken_for_ok() {
    #[wf_measure(name = "within: panics")]
    fn panics() -> Result<(), String> {
        panic!("on purpose");
    }

    #[wf_measure(name = "within: panics, judged", error_if = |n| *n == 0)]
    fn panics_judged(n: u8) -> u8 {
        if n > 0 {
            return n;
        }
        panic!("on purpose");
    }

    while_unwinding(|| {
        assert!(catch_unwind(panics).is_err());
        assert!(catch_unwind(|| panics_judged(0)).is_err());
        panics_judged(1);
    });
    assert_eq!(ends(span("within: panics").outcomes()), [0, 0, 0, 1]);
    assert_eq!(
        ends(span("within: panics, judged").outcomes()),
        [1, 0, 0, 1]
    );
}

#[test]
fn calls_that_return_have_not_panicked() {
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
        let _expected = (result(true), result(false));
        block_on(awaited());
    });
    assert_eq!(ends(span("within: plain").outcomes()), [2, 0, 0, 0]);
    assert_eq!(ends(span("within: result").outcomes()), [1, 1, 0, 0]);
    assert_eq!(ends(span("within: async").outcomes()), [1, 0, 0, 0]);
}

#[test]
fn a_frame_is_drawn() {
    #[wf_measure(frame, name = "within: frame")]
    fn draw() {}

    while_unwinding(draw);
    assert_eq!(frame("within: frame").duration.count(), 1);
}

#[test]
fn replies_end_as_ever() {
    #[wf_measure(ttft, name = "within: pushed")]
    fn pushed() {
        wf_token!();
    }

    #[wf_measure(ttft, name = "within: yielded")]
    fn yielded() -> impl Iterator<Item = u8> {
        0..3
    }

    while_unwinding(|| {
        pushed();
        assert_eq!(yielded().count(), 3);
        assert_eq!(yielded().next(), Some(0));
    });
    assert_eq!(ends(generation("within: pushed").outcomes), [1, 0, 0, 0]);
    let row = generation("within: yielded");
    assert_eq!((row.tokens, ends(row.outcomes)), (4, [1, 0, 1, 0]));
}

/// A neighbour panics, as one of several futures that a task waits for.
#[test]
fn what_waits_while_somebody_else_panics_was_cancelled() {
    #[wf_measure(name = "beside: call")]
    async fn call() {
        std::future::pending::<()>().await;
    }

    #[wf_measure(ttft, name = "beside: pushed")]
    async fn pushed() {
        wf_token!();
        std::future::pending::<()>().await;
    }

    #[wf_measure(ttft, name = "beside: yielded")]
    fn yielded() -> impl Iterator<Item = u8> {
        0..3
    }

    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let (mut call, mut pushed) = (Box::pin(call()), Box::pin(pushed()));
        assert!(common::poll_once(call.as_mut()).is_pending());
        assert!(common::poll_once(pushed.as_mut()).is_pending());
        let mut tokens = yielded();
        assert_eq!(tokens.next(), Some(0));
        panic!("on purpose");
    }));
    assert!(unwound.is_err());
    assert_eq!(ends(span("beside: call").outcomes()), [0, 0, 1, 0]);
    assert_eq!(ends(generation("beside: pushed").outcomes), [0, 0, 1, 0]);
    assert_eq!(ends(generation("beside: yielded").outcomes), [0, 0, 1, 0]);
}

#[test]
fn what_is_dropped_there_was_cancelled_if_it_began_there_and_panicked_if_before() {
    let call = registry::span("within: handle", "").expect("a good name");
    let reply = registry::generation("within: request", "", None).expect("a good name");
    while_unwinding(|| {
        drop(call.start());
        drop(reply.arrive());
    });
    assert_eq!(ends(span("within: handle").outcomes()), [0, 0, 1, 0]);
    assert_eq!(ends(generation("within: request").outcomes), [0, 0, 1, 0]);

    let mut before = Some((call.start(), call.enter(), reply.arrive()));
    while_unwinding(|| drop(before.take()));
    assert_eq!(ends(span("within: handle").outcomes()), [0, 0, 1, 2]);
    assert_eq!(ends(generation("within: request").outcomes), [0, 0, 1, 1]);
}

#[test]
fn what_began_there_and_is_ended_later_ends_as_it_is_told() {
    let call = registry::span("within: outlives", "").expect("a good name");
    let reply = registry::generation("within: outlives", "", None).expect("a good name");
    let mut begun = None;
    while_unwinding(|| begun = Some((call.start(), call.enter(), reply.arrive())));
    let (span_begun, scope, request) = begun.expect("it ran");
    span_begun.end(Outcome::Error);
    drop(scope);
    request.end(Outcome::Ok);
    assert_eq!(ends(span("within: outlives").outcomes()), [1, 1, 0, 0]);
    assert_eq!(ends(generation("within: outlives").outcomes), [1, 0, 0, 0]);
}
