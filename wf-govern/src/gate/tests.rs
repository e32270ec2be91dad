mod deadlines;
mod random;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::queue::{Answer, Queue};
use super::{Admission, Gate, Permit, Refused};

const FOREVER: Duration = Duration::MAX;

#[derive(Default)]
struct Bell {
    rung: AtomicUsize,
    sleeper: Option<thread::Thread>,
}

impl Bell {
    fn rung(&self) -> usize {
        self.rung.load(Ordering::SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        if let Some(sleeper) = &self.sleeper {
            sleeper.unpark();
        }
    }
}

fn poll(admission: &mut Admission, bell: &Arc<Bell>) -> Poll<Result<Permit, Refused>> {
    let waker = Waker::from(Arc::clone(bell));
    Pin::new(admission).poll(&mut Context::from_waker(&waker))
}

fn block_on(admission: Admission) -> Result<Permit, Refused> {
    let sleeper = Some(thread::current());
    let bell = Arc::new(Bell {
        sleeper,
        ..Bell::default()
    });
    let waker = Waker::from(bell);
    let mut admission = pin!(admission);
    loop {
        if let Poll::Ready(answer) = admission.as_mut().poll(&mut Context::from_waker(&waker)) {
            return answer;
        }
        thread::park();
    }
}

fn granted(gate: &Gate) -> Permit {
    match poll(&mut gate.admit(), &Arc::default()) {
        Poll::Ready(Ok(permit)) => permit,
        other => panic!("expected a permit at once, got {other:?}"),
    }
}

fn queued(gate: &Gate) -> (Admission, Arc<Bell>) {
    let (mut admission, bell) = (gate.admit(), Arc::default());
    assert!(poll(&mut admission, &bell).is_pending());
    (admission, bell)
}

#[test]
fn no_more_than_the_limit_are_in() {
    let gate = Gate::new(2, 10, FOREVER);
    let _permits = (granted(&gate), granted(&gate));
    let _third = queued(&gate);
    assert_eq!((gate.in_use(), gate.waiting()), (2, 1));
}

#[test]
fn a_returned_permit_wakes_the_longest_waiting_and_only_it() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = granted(&gate);
    let (mut first, first_bell) = queued(&gate);
    let (_second, second_bell) = queued(&gate);
    drop(permit);
    assert_eq!((first_bell.rung(), second_bell.rung()), (1, 0));
    assert!(matches!(poll(&mut first, &first_bell), Poll::Ready(Ok(_))));
}

#[test]
fn a_newcomer_does_not_overtake_the_queue() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = granted(&gate);
    let _waits = queued(&gate);
    drop(permit);
    let _newcomer = queued(&gate);
}

#[test]
fn a_full_queue_refuses_and_says_how_full() {
    let gate = Gate::new(1, 1, FOREVER);
    let _permit = granted(&gate);
    let _waits = queued(&gate);
    let refused = poll(&mut gate.admit(), &Arc::default());
    assert!(matches!(
        refused,
        Poll::Ready(Err(Refused::QueueFull { waiting: 1 }))
    ));
}

#[test]
fn shrinking_revokes_nothing_and_waits_for_returns() {
    let gate = Gate::new(3, 10, FOREVER);
    let (one, two, _three) = (granted(&gate), granted(&gate), granted(&gate));
    let (_waits, bell) = queued(&gate);
    gate.set_limit(1);
    assert_eq!((gate.limit(), gate.in_use()), (1, 3));
    drop((one, two));
    assert_eq!((gate.in_use(), bell.rung()), (1, 0));
}

#[test]
fn growing_admits_as_many_as_fit() {
    let gate = Gate::new(0, 10, FOREVER);
    let bells: Vec<_> = (0..5).map(|_| queued(&gate)).collect();
    gate.set_limit(3);
    let rung: Vec<_> = bells.iter().map(|(_, bell)| bell.rung()).collect();
    assert_eq!(rung, [1, 1, 1, 0, 0]);
    assert_eq!((gate.in_use(), gate.waiting()), (3, 2));
}

#[test]
fn leaving_the_queue_frees_the_place() {
    let gate = Gate::new(1, 1, FOREVER);
    let _permit = granted(&gate);
    drop(queued(&gate));
    assert_eq!(gate.waiting(), 0);
    let _another = queued(&gate);
}

#[test]
fn a_permit_given_to_someone_who_left_goes_to_the_next() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = granted(&gate);
    let (leaver, _) = queued(&gate);
    let (mut next, bell) = queued(&gate);
    drop(permit);
    drop(leaver);
    assert_eq!(bell.rung(), 1);
    assert!(matches!(poll(&mut next, &bell), Poll::Ready(Ok(_))));
}

#[test]
fn the_newest_waker_is_the_one_that_is_woken() {
    let gate = Gate::new(1, 10, FOREVER);
    let permit = granted(&gate);
    let (mut waits, old) = queued(&gate);
    let new = Arc::default();
    assert!(poll(&mut waits, &new).is_pending());
    drop(permit);
    assert_eq!((old.rung(), new.rung()), (0, 1));
}

#[test]
fn a_waker_may_use_the_gate() {
    struct Nosy(Gate);
    impl Wake for Nosy {
        fn wake(self: Arc<Self>) {
            assert_eq!(self.0.in_use(), 1);
        }
    }
    let gate = Gate::new(1, 10, FOREVER);
    let permit = granted(&gate);
    let mut waits = gate.admit();
    let waker = Waker::from(Arc::new(Nosy(gate.clone())));
    let waiting = Pin::new(&mut waits).poll(&mut Context::from_waker(&waker));
    assert!(waiting.is_pending());
    drop(permit);
}

#[test]
fn who_waited_too_long_is_refused_when_the_turn_comes_and_the_next_gets_it() {
    let (now, wait) = (Instant::now(), Duration::from_secs(1));
    let mut queue = Queue::new(1, 10, wait);
    let waker = || Waker::noop().clone();
    assert_eq!(queue.join(waker(), now), Answer::Admitted);
    assert_eq!(queue.join(waker(), now), Answer::Waits(0));
    assert_eq!(queue.join(waker(), now + wait / 2), Answer::Waits(1));
    queue.give_back(now + wait);
    let late = Refused::WaitedTooLong {
        waited: wait,
        limit: wait,
    };
    assert_eq!(queue.ask(0, waker(), now + wait).0, Answer::Refused(late));
    assert_eq!(queue.ask(1, waker(), now + wait).0, Answer::Admitted);
    assert_eq!(queue.in_use(), 1);
}

#[test]
fn the_deadline_is_seen_on_poll_though_no_permit_moves() {
    let (now, wait) = (Instant::now(), Duration::from_secs(1));
    let mut queue = Queue::new(0, 10, wait);
    let waker = || Waker::noop().clone();
    assert_eq!(queue.join(waker(), now), Answer::Waits(0));
    let early = now + wait - Duration::from_nanos(1);
    assert_eq!(queue.ask(0, waker(), early).0, Answer::Waits(0));
    assert!(matches!(
        queue.ask(0, waker(), now + wait).0,
        Answer::Refused(_)
    ));
    assert_eq!(queue.waiting(), 0);
}

#[test]
fn the_expired_make_room_for_a_newcomer() {
    let (now, wait) = (Instant::now(), Duration::from_secs(1));
    let mut queue = Queue::new(0, 1, wait);
    let waker = || Waker::noop().clone();
    assert_eq!(queue.join(waker(), now), Answer::Waits(0));
    assert_eq!(queue.join(waker(), now + wait), Answer::Waits(1));
    assert_eq!(queue.take_wakers().len(), 1);
}

#[test]
fn a_refusal_says_what_to_do_in_one_text_for_any_measured_wait() {
    let text = "no turn came within the longest wait of 1.5s: try again later";
    for waited in [0, 1499, 1600].map(Duration::from_millis) {
        let limit = Duration::from_millis(1500);
        let refused = Refused::WaitedTooLong { waited, limit };
        assert_eq!(refused.to_string(), text);
    }
}

/// Four threads ask, give up at random and return, while the limit jumps. Ends only if no wake-up is lost.
fn storm_of(max_wait: Duration) {
    let gate = Gate::new(1, 1000, max_wait);
    thread::scope(|scope| {
        for seed in 0..4_u64 {
            let gate = &gate;
            scope.spawn(move || storm(gate, seed));
        }
        for step in 0..2000 {
            gate.set_limit(step % 4);
            thread::yield_now();
        }
        gate.set_limit(1);
    });
    assert_eq!((gate.in_use(), gate.waiting()), (0, 0));
}

#[test]
fn a_storm_of_cancellations_and_resizes_loses_no_wake_up_and_no_permit() {
    storm_of(FOREVER);
}

#[test]
fn a_storm_of_refusals_by_the_timer_loses_no_wake_up_and_no_permit() {
    storm_of(Duration::from_micros(50));
}

fn storm(gate: &Gate, seed: u64) {
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
