//! Random calls at random times: no permit is lost or invented, and no wait outlasts its deadline.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Join,
    /// Of the waiting request that the number picks, as for `Leave`.
    Ask(usize),
    Leave(usize),
    GiveBack,
    SetLimit(usize),
    Expire,
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Join),
        2 => any::<usize>().prop_map(Step::Ask),
        1 => any::<usize>().prop_map(Step::Leave),
        3 => Just(Step::GiveBack),
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

    fn heard(&mut self, ticket: u64, answer: &Answer) {
        match answer {
            Answer::Waits(_) => return,
            Answer::Admitted => self.held += 1,
            Answer::Refused(_) => {}
        }
        self.waiting.remove(&ticket);
    }

    fn take(&mut self, step: Step) {
        let (now, waker) = (self.now, Waker::noop().clone());
        match step {
            Step::Join => match self.queue.join(waker, now) {
                Answer::Admitted => self.held += 1,
                Answer::Waits(ticket) => assert!(self.waiting.insert(ticket)),
                Answer::Refused(_) => {}
            },
            Step::Ask(number) => {
                if let Some(ticket) = self.picked(number) {
                    let (answer, _) = self.queue.ask(ticket, waker, now);
                    self.heard(ticket, &answer);
                }
            }
            Step::Leave(number) => {
                if let Some(ticket) = self.picked(number) {
                    let _waker = self.queue.leave(ticket, now);
                    self.waiting.remove(&ticket);
                }
            }
            Step::GiveBack if self.held > 0 => {
                self.queue.give_back(now);
                self.held -= 1;
            }
            Step::GiveBack => {}
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
                prop_assert!(next.is_none_or(|at| at > world.now), "a late request was not refused");
            }
        }
        // All ask for their answer, and all who were admitted return the permit.
        world.now += Duration::from_secs(1);
        world.queue.expire(world.now);
        for ticket in world.waiting.clone() {
            let (answer, _) = world.queue.ask(ticket, Waker::noop().clone(), world.now);
            prop_assert!(!matches!(answer, Answer::Waits(_)), "{ticket} still waits");
            world.heard(ticket, &answer);
        }
        (0..world.held).for_each(|_| world.queue.give_back(world.now));
        prop_assert_eq!((world.queue.in_use(), world.queue.waiting()), (0, 0));
    }
}
