//! Random calls at random times: no permit is lost or invented, and no wait outlasts its deadline.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Arrive,
    /// The waiting request that the number picks, as for `Cancel`.
    Poll(usize),
    Cancel(usize),
    Release,
    SetLimit(usize),
    Expire,
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Arrive),
        2 => any::<usize>().prop_map(Step::Poll),
        1 => any::<usize>().prop_map(Step::Cancel),
        3 => Just(Step::Release),
        1 => (0_usize..4).prop_map(Step::SetLimit),
        2 => Just(Step::Expire),
        3 => (0_u64..20_000).prop_map(Step::Pass),
    ]
}

/// The queue and the state of its users.
struct World {
    queue: Queue,
    now: Instant,
    held: usize,
    waiting: BTreeSet<u64>,
}

impl World {
    fn picked(&self, number: usize) -> Option<u64> {
        let count = self.waiting.len().max(1);
        self.waiting.iter().nth(number % count).copied()
    }

    fn decided(&mut self, ticket: u64, state: &Admit) {
        match state {
            Admit::Queued(_) => return,
            Admit::Admitted => self.held += 1,
            Admit::Rejected(_) => {}
        }
        self.waiting.remove(&ticket);
    }

    fn take(&mut self, step: Step) {
        let (now, waker) = (self.now, Waker::noop().clone());
        match step {
            Step::Arrive => match self.queue.arrive(waker, now) {
                Admit::Admitted => self.held += 1,
                Admit::Queued(ticket) => assert!(self.waiting.insert(ticket)),
                Admit::Rejected(_) => {}
            },
            Step::Poll(number) => {
                if let Some(ticket) = self.picked(number) {
                    let (state, _) = self.queue.poll(ticket, waker, now);
                    self.decided(ticket, &state);
                }
            }
            Step::Cancel(number) => {
                if let Some(ticket) = self.picked(number) {
                    let _waker = self.queue.cancel(ticket, now);
                    self.waiting.remove(&ticket);
                }
            }
            Step::Release if self.held > 0 => {
                self.queue.release(now);
                self.held -= 1;
            }
            Step::Release => {}
            Step::SetLimit(limit) => self.queue.set_limit(limit, now),
            Step::Expire => self.queue.expire(now),
            Step::Pass(micros) => self.now += Duration::from_micros(micros),
        }
    }
}

proptest! {
    #[test]
    fn no_sequence_of_calls_loses_a_permit_or_a_wait(steps in vec(step(), 1..200)) {
        let mut world = World {
            queue: Queue::new(2, 8, Duration::from_millis(10)),
            now: Instant::now(),
            held: 0,
            waiting: BTreeSet::new(),
        };
        for step in steps {
            world.take(step);
            prop_assert!(world.queue.in_use() >= world.held);
            if matches!(step, Step::Expire) {
                let next = world.queue.next_expiry();
                let in_time = next.is_none_or(|at| at > world.now);
                prop_assert!(in_time, "a late request was not rejected");
            }
        }
        // All requests are polled, and all admitted ones return their permits.
        world.now += Duration::from_secs(1);
        world.queue.expire(world.now);
        for ticket in world.waiting.clone() {
            let (state, _) = world.queue.poll(ticket, Waker::noop().clone(), world.now);
            prop_assert!(!matches!(state, Admit::Queued(_)), "{ticket} still waits");
            world.decided(ticket, &state);
        }
        (0..world.held).for_each(|_| world.queue.release(world.now));
        prop_assert_eq!((world.queue.in_use(), world.queue.depth()), (0, 0));
    }
}
