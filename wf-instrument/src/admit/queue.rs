//! The gate as a plain value: who runs, who waits, who was refused. Time comes in as an argument, wakers go out.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;
use std::time::{Duration, Instant};

use thiserror::Error;

/// Why a request may not start.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// Nobody more may wait.
    #[error("{waiting} requests wait already, which is all that the queue takes: try again later")]
    QueueFull {
        /// How many wait.
        waiting: usize,
    },
    /// The turn did not come in time.
    #[error("no turn came in {waited:?}, and the longest wait is {limit:?}: try again later")]
    WaitedTooLong {
        /// From the first poll to the refusal.
        waited: Duration,
        /// The longest wait.
        limit: Duration,
    },
}

/// A place in the queue: lower is earlier.
pub(super) type Ticket = u64;

/// What became of a request that asked or waited.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Admitted,
    Refused(Refused),
    Waits(Ticket),
}

/// Invariant: `waiting` is empty or no permit is free, after every call that takes a time.
#[derive(Debug)]
pub(super) struct Queue {
    limit: usize,
    in_use: usize,
    length: usize,
    max_wait: Duration,
    next: Ticket,
    waiting: BTreeMap<Ticket, Waiter>,
    decided: BTreeMap<Ticket, Answer>,
    to_wake: VecDeque<Waker>,
}

#[derive(Debug)]
struct Waiter {
    since: Instant,
    waker: Waker,
}

impl Queue {
    pub(super) const fn new(limit: usize, length: usize, max_wait: Duration) -> Self {
        Self {
            limit,
            in_use: 0,
            length,
            max_wait,
            next: 0,
            waiting: BTreeMap::new(),
            decided: BTreeMap::new(),
            to_wake: VecDeque::new(),
        }
    }

    /// A request arrives: it starts, waits, or is refused.
    pub(super) fn join(&mut self, waker: Waker, now: Instant) -> Answer {
        self.settle(now);
        if self.in_use < self.limit {
            self.in_use += 1;
            return Answer::Admitted;
        }
        if self.waiting.len() >= self.length {
            let waiting = self.waiting.len();
            return Answer::Refused(Refused::QueueFull { waiting });
        }
        let ticket = self.next;
        self.next += 1;
        self.waiting.insert(ticket, Waiter { since: now, waker });
        Answer::Waits(ticket)
    }

    /// A waiting request asks for its answer and leaves a newer waker; the one that is no longer needed comes back.
    pub(super) fn ask(&mut self, ticket: Ticket, waker: Waker, now: Instant) -> (Answer, Waker) {
        self.settle(now);
        if let Some(answer) = self.decided.remove(&ticket) {
            return (answer, waker);
        }
        let old = match self.waiting.get_mut(&ticket) {
            Some(waiter) => std::mem::replace(&mut waiter.waker, waker),
            None => waker,
        };
        (Answer::Waits(ticket), old)
    }

    /// A request goes away before it learnt its answer. A permit that it had been given goes to the next; its waker comes back.
    pub(super) fn leave(&mut self, ticket: Ticket, now: Instant) -> Option<Waker> {
        if self.decided.remove(&ticket) == Some(Answer::Admitted) {
            self.give_back(now);
        }
        self.waiting.remove(&ticket).map(|waiter| waiter.waker)
    }

    pub(super) fn give_back(&mut self, now: Instant) {
        self.in_use -= 1;
        self.settle(now);
    }

    pub(super) fn set_limit(&mut self, limit: usize, now: Instant) {
        self.limit = limit;
        self.settle(now);
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    pub(super) const fn in_use(&self) -> usize {
        self.in_use
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) const fn max_wait(&self) -> Duration {
        self.max_wait
    }

    /// Whom the last calls decided about. To be woken when nothing is locked: a waker may run anything.
    pub(super) fn take_wakers(&mut self) -> VecDeque<Waker> {
        std::mem::take(&mut self.to_wake)
    }

    /// Refuses the front of the queue while it is too late for it, and admits it while permits are free.
    fn settle(&mut self, now: Instant) {
        while let Some(front) = self.waiting.first_entry() {
            let waited = now.saturating_duration_since(front.get().since);
            let answer = if waited >= self.max_wait {
                let limit = self.max_wait;
                Answer::Refused(Refused::WaitedTooLong { waited, limit })
            } else if self.in_use < self.limit {
                self.in_use += 1;
                Answer::Admitted
            } else {
                return;
            };
            let (ticket, waiter) = front.remove_entry();
            self.decided.insert(ticket, answer);
            self.to_wake.push_back(waiter.waker);
        }
    }
}
