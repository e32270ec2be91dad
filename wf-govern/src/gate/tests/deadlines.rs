//! Waits end at their deadline, without a timer of the caller.

use std::sync::mpsc;

use super::*;

fn waker() -> Waker {
    Waker::noop().clone()
}

#[test]
fn the_timer_rejects_a_millisecond_before_the_deadline_and_not_earlier() {
    let (now, wait) = (Instant::now(), Duration::from_millis(500));
    let mut queue = Queue::new(0, 10, wait);
    assert_eq!(queue.arrive(waker(), now), Admit::Queued(0));
    let due = now + Duration::from_millis(499);
    assert_eq!(queue.next_expiry(), Some(due));
    queue.expire(due - Duration::from_nanos(1));
    assert!(queue.take_wakers().is_empty());
    queue.expire(due);
    assert_eq!((queue.take_wakers().len(), queue.depth()), (1, 0));
    let rejected = Rejected::DeadlineExceeded {
        waited: Duration::from_millis(499),
        max_wait: wait,
        limit: 0,
    };
    assert_eq!(queue.poll(0, waker(), due).0, Admit::Rejected(rejected));
}

#[test]
fn a_short_wait_is_rejected_after_half_of_it() {
    let now = Instant::now();
    let mut queue = Queue::new(0, 10, Duration::from_micros(10));
    assert_eq!(queue.arrive(waker(), now), Admit::Queued(0));
    assert_eq!(queue.next_expiry(), Some(now + Duration::from_micros(5)));
}

#[test]
fn no_request_waits_if_the_maximum_wait_is_zero() {
    let gate = Gate::new(1, 10, Duration::ZERO);
    let _permit = admitted(&gate);
    let rejected = poll(&mut gate.admit(), &Arc::default());
    assert!(matches!(
        rejected,
        Poll::Ready(Err(Rejected::DeadlineExceeded { .. }))
    ));
    assert_eq!(gate.queue_depth(), 0);
}

#[test]
fn an_unbounded_wait_has_no_deadline_and_starts_no_thread() {
    let mut queue = Queue::new(0, 10, FOREVER);
    assert_eq!(queue.arrive(waker(), Instant::now()), Admit::Queued(0));
    assert_eq!(queue.next_expiry(), None);
    let gate = Gate::new(0, 10, FOREVER);
    let _waits = queued(&gate);
    assert_eq!(gate.shared().core().strong_count(), 1);
}

#[test]
fn a_limit_of_zero_leaves_each_wait_its_deadline() {
    let (now, wait) = (Instant::now(), Duration::from_secs(1));
    let mut queue = Queue::new(1, 10, wait);
    assert_eq!(queue.arrive(waker(), now), Admit::Admitted);
    assert_eq!(queue.arrive(waker(), now), Admit::Queued(0));
    assert_eq!(queue.arrive(waker(), now + wait / 2), Admit::Queued(1));
    queue.set_limit(0, now + wait / 2);
    queue.release(now + wait / 2);
    queue.expire(now + wait);
    assert_eq!((queue.take_wakers().len(), queue.depth()), (1, 1));
    queue.expire(now + wait * 2);
    assert_eq!((queue.take_wakers().len(), queue.in_use()), (1, 0));
}

/// No future is polled again and no permit moves: without the gate's own timer, this hangs.
#[test]
fn waits_end_without_a_timer_of_the_caller() {
    let gate = Gate::new(1, 10, Duration::from_millis(20));
    let _permit = admitted(&gate);
    thread::scope(|scope| {
        let both = || (block_on(gate.admit()), gate.admit_blocking());
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(both)).collect();
        for results in threads.into_iter().map(|thread| thread.join().unwrap()) {
            assert!(matches!(
                results,
                (
                    Err(Rejected::DeadlineExceeded { .. }),
                    Err(Rejected::DeadlineExceeded { .. })
                )
            ));
        }
    });
    assert_eq!((gate.in_use(), gate.queue_depth()), (1, 0));
}

#[test]
fn a_blocked_thread_gets_the_permit_that_is_returned() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = gate.admit_blocking().unwrap();
    thread::scope(|scope| {
        let waits = scope.spawn(|| gate.admit_blocking());
        while gate.queue_depth() == 0 {
            thread::yield_now();
        }
        drop(permit);
        let _second = waits.join().unwrap().unwrap();
    });
}

#[test]
fn a_waker_that_panics_does_not_keep_others_from_being_woken() {
    struct Broken;
    impl Wake for Broken {
        fn wake(self: Arc<Self>) {
            panic!("on purpose");
        }
    }
    let gate = Gate::new(0, 10, FOREVER);
    let mut broken = gate.admit();
    let waker = Waker::from(Arc::new(Broken));
    let waiting = Pin::new(&mut broken).poll(&mut Context::from_waker(&waker));
    assert!(waiting.is_pending());
    let (mut waits, waker) = queued(&gate);
    gate.set_limit(2);
    assert_eq!(waker.wakes(), 1);
    assert!(matches!(poll(&mut waits, &waker), Poll::Ready(Ok(_))));
}

#[test]
fn the_timer_outlives_a_waker_that_panics() {
    struct Broken(mpsc::Sender<()>);
    impl Wake for Broken {
        fn wake(self: Arc<Self>) {
            self.0.send(()).unwrap();
            panic!("on purpose");
        }
    }
    let gate = Gate::new(0, 10, Duration::from_millis(2));
    let (send, woken) = mpsc::channel();
    let mut broken = gate.admit();
    let waker = Waker::from(Arc::new(Broken(send)));
    let waiting = Pin::new(&mut broken).poll(&mut Context::from_waker(&waker));
    assert!(waiting.is_pending());
    woken.recv().unwrap();
    assert!(gate.admit_blocking().is_err());
}

#[test]
fn the_timer_ends_with_the_gate() {
    let gate = Gate::new(0, 10, Duration::from_millis(2));
    assert!(gate.admit_blocking().is_err());
    let core = gate.shared().core();
    assert_eq!(core.strong_count(), 2, "the gate and its thread");
    drop(gate);
    while core.strong_count() > 0 {
        thread::yield_now();
    }
}
