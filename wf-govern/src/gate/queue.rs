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
    /// The turn did not come in time, or would not.
    #[error("no turn came within the longest wait of {limit:?}: try again later")]
    WaitedTooLong {
        /// From the first poll to the refusal; not in the text, which is one for all.
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
        if self.max_wait.is_zero() {
            return Answer::Refused(self.too_long(Duration::ZERO));
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

    /// When the first in the queue has to be refused; `None` if the queue is empty or has no
    /// deadline.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        let (_, front) = self.waiting.first_key_value()?;
        front.since.checked_add(self.max_wait - self.lead())
    }

    /// Refuses each request whose answer has to leave now to arrive by its deadline.
    pub(super) fn expire(&mut self, now: Instant) {
        self.refuse_late(now, self.lead());
    }

    /// Refuses the front of the queue while it is too late for it, and admits it while permits are free.
    fn settle(&mut self, now: Instant) {
        self.refuse_late(now, Duration::ZERO);
        while self.in_use < self.limit && !self.waiting.is_empty() {
            self.in_use += 1;
            self.decide_front(Answer::Admitted);
        }
    }

    /// The longest wait is the same for all, so no request is late behind a front that is not.
    fn refuse_late(&mut self, now: Instant, lead: Duration) {
        while let Some((_, front)) = self.waiting.first_key_value() {
            let waited = now.saturating_duration_since(front.since);
            if waited.saturating_add(lead) < self.max_wait {
                return;
            }
            self.decide_front(Answer::Refused(self.too_long(waited)));
        }
    }

    fn decide_front(&mut self, answer: Answer) {
        if let Some((ticket, waiter)) = self.waiting.pop_first() {
            self.decided.insert(ticket, answer);
            self.to_wake.push_back(waiter.waker);
        }
    }

    /// How long before its deadline a wait is refused.
    fn lead(&self) -> Duration {
        LEAD.min(self.max_wait / 2)
    }

    const fn too_long(&self, waited: Duration) -> Refused {
        let limit = self.max_wait;
        Refused::WaitedTooLong { waited, limit }
    }
}

/// Allowance for a wake-up, which takes about 50 µs on an idle machine and more on a busy one.
const LEAD: Duration = Duration::from_millis(1);
