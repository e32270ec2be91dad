mod deadlines;
mod random;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::queue::{Admit, Queue};
use super::{Admission, Gate, Permit, Rejected};
use crate::knob::KnobError;

const FOREVER: Duration = Duration::MAX;

#[derive(Default)]
struct WakeCounter {
    wakes: AtomicUsize,
    sleeper: Option<thread::Thread>,
}

impl WakeCounter {
    fn wakes(&self) -> usize {
        self.wakes.load(Ordering::SeqCst)
    }
}

impl Wake for WakeCounter {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        if let Some(sleeper) = &self.sleeper {
            sleeper.unpark();
        }
    }
}

fn poll(admission: &mut Admission, waker: &Arc<WakeCounter>) -> Poll<Result<Permit, Rejected>> {
    let waker = Waker::from(Arc::clone(waker));
    Pin::new(admission).poll(&mut Context::from_waker(&waker))
}

fn block_on(admission: Admission) -> Result<Permit, Rejected> {
    let sleeper = Some(thread::current());
    let waker = Arc::new(WakeCounter {
        sleeper,
        ..WakeCounter::default()
    });
    let waker = Waker::from(waker);
    let mut admission = pin!(admission);
    loop {
        if let Poll::Ready(result) = admission.as_mut().poll(&mut Context::from_waker(&waker)) {
            return result;
        }
        thread::park();
    }
}

fn admitted(gate: &Gate) -> Permit {
    match poll(&mut gate.admit(), &Arc::default()) {
        Poll::Ready(Ok(permit)) => permit,
        other => panic!("expected a permit at once, got {other:?}"),
    }
}

fn queued(gate: &Gate) -> (Admission, Arc<WakeCounter>) {
    let (mut admission, waker) = (gate.admit(), Arc::default());
    assert!(poll(&mut admission, &waker).is_pending());
    (admission, waker)
}

#[test]
fn no_more_than_the_limit_are_in() {
    let gate = Gate::new(2, 10, FOREVER);
    let _permits = (admitted(&gate), admitted(&gate));
    let _third = queued(&gate);
    assert_eq!((gate.in_use(), gate.queue_depth()), (2, 1));
}

#[test]
fn a_returned_permit_wakes_the_longest_waiting_and_only_it() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = admitted(&gate);
    let (mut first, first_waker) = queued(&gate);
    let (_second, second_waker) = queued(&gate);
    drop(permit);
    assert_eq!((first_waker.wakes(), second_waker.wakes()), (1, 0));
    assert!(matches!(poll(&mut first, &first_waker), Poll::Ready(Ok(_))));
}

#[test]
fn a_new_request_does_not_pass_the_queue() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = admitted(&gate);
    let _waits = queued(&gate);
    drop(permit);
    let _new = queued(&gate);
}

#[test]
fn a_full_queue_rejects_and_reports_its_depth() {
    let gate = Gate::new(1, 1, FOREVER);
    let _permit = admitted(&gate);
    let _waits = queued(&gate);
    let rejected = poll(&mut gate.admit(), &Arc::default());
    assert!(matches!(
        rejected,
        Poll::Ready(Err(Rejected::QueueFull { queue_depth: 1, .. }))
    ));
}

#[test]
fn a_lower_limit_revokes_nothing_and_waits_for_returns() {
    let gate = Gate::new(3, 10, FOREVER);
    let (one, two, _three) = (admitted(&gate), admitted(&gate), admitted(&gate));
    let (_waits, waker) = queued(&gate);
    gate.set_limit(1);
    assert_eq!((gate.limit(), gate.in_use()), (1, 3));
    drop((one, two));
    assert_eq!((gate.in_use(), waker.wakes()), (1, 0));
}

#[test]
fn a_higher_limit_admits_as_many_as_fit() {
    let gate = Gate::new(0, 10, FOREVER);
    let wakers: Vec<_> = (0..5).map(|_| queued(&gate)).collect();
    gate.set_limit(3);
    let wakes: Vec<_> = wakers.iter().map(|(_, waker)| waker.wakes()).collect();
    assert_eq!(wakes, [1, 1, 1, 0, 0]);
    assert_eq!((gate.in_use(), gate.queue_depth()), (3, 2));
}

#[test]
fn a_move_of_the_knob_admits_queued_requests() {
    let gate = Gate::new(0, 10, FOREVER);
    let mut knob = gate.knob(0..=8);
    let (mut request, waker) = queued(&gate);
    assert_eq!((knob.apply(3).unwrap(), gate.limit()), (3, 3));
    assert_eq!(waker.wakes(), 1);
    assert!(matches!(poll(&mut request, &waker), Poll::Ready(Ok(_))));
    gate.set_limit(5);
    assert_eq!(knob.read().unwrap(), 5);
}

#[test]
fn a_knob_does_not_keep_its_gate_alive_and_then_says_that_it_is_gone() {
    let gate = Gate::new(1, 10, FOREVER);
    let mut knob = gate.knob(1..=8);
    let permit = admitted(&gate);
    drop(gate);
    assert_eq!(knob.apply(2).unwrap(), 2);
    drop(permit);
    assert!(matches!(knob.apply(3), Err(KnobError::OwnerDropped { .. })));
}

#[test]
fn a_cancelled_request_frees_its_place_in_the_queue() {
    let gate = Gate::new(1, 1, FOREVER);
    let _permit = admitted(&gate);
    drop(queued(&gate));
    assert_eq!(gate.queue_depth(), 0);
    let _another = queued(&gate);
}

#[test]
fn the_permit_of_a_cancelled_request_goes_to_the_next() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = admitted(&gate);
    let (cancelled, _) = queued(&gate);
    let (mut next, waker) = queued(&gate);
    drop(permit);
    drop(cancelled);
    assert_eq!(waker.wakes(), 1);
    assert!(matches!(poll(&mut next, &waker), Poll::Ready(Ok(_))));
}

#[test]
fn only_the_newest_waker_of_a_request_is_woken() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = admitted(&gate);
    let (mut waits, old) = queued(&gate);
    let new = Arc::default();
    assert!(poll(&mut waits, &new).is_pending());
    drop(permit);
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
}

#[test]
fn a_waker_may_use_the_gate() {
    struct UsesTheGate(Gate);
    impl Wake for UsesTheGate {
        fn wake(self: Arc<Self>) {
            assert_eq!(self.0.in_use(), 1);
        }
    }
    let gate = Gate::new(1, 10, FOREVER);
    let permit = admitted(&gate);
    let mut waits = gate.admit();
    let waker = Waker::from(Arc::new(UsesTheGate(gate.clone())));
    let waiting = Pin::new(&mut waits).poll(&mut Context::from_waker(&waker));
    assert!(waiting.is_pending());
    drop(permit);
}

#[test]
fn a_permit_passes_a_late_request_and_goes_to_the_next() {
    let (now, wait) = (Instant::now(), Duration::from_secs(1));
    let mut queue = Queue::new(1, 10, wait);
    let waker = || Waker::noop().clone();
    assert_eq!(queue.arrive(waker(), now), Admit::Admitted);
    assert_eq!(queue.arrive(waker(), now), Admit::Queued(0));
    assert_eq!(queue.arrive(waker(), now + wait / 2), Admit::Queued(1));
    queue.release(now + wait);
    let late = Rejected::DeadlineExceeded {
        waited: wait,
        max_wait: wait,
        limit: 1,
    };
    assert_eq!(queue.poll(0, waker(), now + wait).0, Admit::Rejected(late));
    assert_eq!(queue.poll(1, waker(), now + wait).0, Admit::Admitted);
    assert_eq!(queue.in_use(), 1);
}

#[test]
fn a_poll_past_the_deadline_is_rejected_though_no_permit_was_returned() {
    let (now, wait) = (Instant::now(), Duration::from_secs(1));
    let mut queue = Queue::new(0, 10, wait);
    let waker = || Waker::noop().clone();
    assert_eq!(queue.arrive(waker(), now), Admit::Queued(0));
    let early = now + wait - Duration::from_nanos(1);
    assert_eq!(queue.poll(0, waker(), early).0, Admit::Queued(0));
    assert!(matches!(
        queue.poll(0, waker(), now + wait).0,
        Admit::Rejected(_)
    ));
    assert_eq!(queue.depth(), 0);
}

#[test]
fn late_requests_make_room_for_a_new_one() {
    let (now, wait) = (Instant::now(), Duration::from_secs(1));
    let mut queue = Queue::new(0, 1, wait);
    let waker = || Waker::noop().clone();
    assert_eq!(queue.arrive(waker(), now), Admit::Queued(0));
    assert_eq!(queue.arrive(waker(), now + wait), Admit::Queued(1));
    assert_eq!(queue.take_wakers().len(), 1);
}

#[test]
fn a_rejection_has_one_text_for_any_measured_wait() {
    let text = "no permit was free within the maximum wait of 1.5s; try again later";
    for waited in [0, 1499, 1600].map(Duration::from_millis) {
        let max_wait = Duration::from_millis(1500);
        let rejected = Rejected::DeadlineExceeded {
            waited,
            max_wait,
            limit: 1,
        };
        assert_eq!(rejected.to_string(), text);
    }
}

#[test]
fn a_rejection_names_a_limit_of_zero_and_a_gate_without_a_queue() {
    let second = Duration::from_secs(1);
    let text = |limit: usize, capacity, max_wait| {
        let gate = Gate::new(limit, capacity, max_wait);
        let _permits: Vec<Permit> = (0..limit).map(|_| admitted(&gate)).collect();
        match poll(&mut gate.admit(), &Arc::default()) {
            Poll::Ready(Err(rejected)) => rejected.to_string(),
            other => panic!("expected a rejection, got {other:?}"),
        }
    };
    let limit = "the limit is 0: no request is admitted until it is raised";
    assert_eq!(text(0, 10, Duration::ZERO), limit);
    assert_eq!(text(0, 0, second), limit);
    let no_queue = "no permit is free and the gate has no queue; try again later";
    assert_eq!(text(2, 0, second), no_queue);
    let no_wait = "no permit is free and no request may wait; try again later";
    assert_eq!(text(2, 10, Duration::ZERO), no_wait);
}

/// Four threads request permits and cancel at random while the limit moves. Ends only if no wake-up
/// is lost.
fn stress(max_wait: Duration) {
    let gate = Gate::new(1, 1000, max_wait);
    thread::scope(|scope| {
        for seed in 0..4_u64 {
            let gate = &gate;
            scope.spawn(move || request_at_random(gate, seed));
        }
        for step in 0..2000 {
            gate.set_limit(step % 4);
            thread::yield_now();
        }
        gate.set_limit(1);
    });
    assert_eq!((gate.in_use(), gate.queue_depth()), (0, 0));
}

#[test]
fn cancellations_and_moves_of_the_limit_lose_no_wake_up_and_no_permit() {
    stress(FOREVER);
}

#[test]
fn rejections_by_the_timer_lose_no_wake_up_and_no_permit() {
    stress(Duration::from_micros(50));
}

fn request_at_random(gate: &Gate, seed: u64) {
    let mut state = seed * 2 + 1;
    for _ in 0..2000 {
        // xorshift64 (Marsaglia, 2003): any sequence that mixes the two cases will do.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state & 1 == 0 {
            drop(poll(&mut gate.admit(), &Arc::default()));
        } else {
            drop(block_on(gate.admit()));
        }
    }
}
