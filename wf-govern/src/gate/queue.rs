//! The queue of a gate as a plain value: time is an argument, wakers are returned.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;
use std::time::{Duration, Instant};

use thiserror::Error;

/// The reason why a gate did not admit a request.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejected {
    /// The queue is at its capacity.
    #[error("{}", queue_full(*queue_depth, *limit))]
    QueueFull {
        /// Number of requests in the queue; 0 for a gate without a queue.
        queue_depth: usize,
        /// Limit of the gate at the rejection.
        limit: usize,
    },
    /// No permit became free before the deadline.
    #[error("{}", deadline_exceeded(*max_wait, *limit))]
    DeadlineExceeded {
        /// Time from the first poll to the rejection. The message does not contain it, so that all
        /// rejections of a gate have one text.
        waited: Duration,
        /// Maximum wait of the gate.
        max_wait: Duration,
        /// Limit of the gate at the rejection.
        limit: usize,
    },
}

fn queue_full(queue_depth: usize, limit: usize) -> String {
    match (limit, queue_depth) {
        (0, _) => LIMIT_IS_ZERO.to_owned(),
        (_, 0) => "no permit is free and the gate has no queue; try again later".to_owned(),
        _ => format!("the queue is full with {queue_depth} requests; try again later"),
    }
}

fn deadline_exceeded(max_wait: Duration, limit: usize) -> String {
    match (limit, max_wait) {
        (0, _) => LIMIT_IS_ZERO.to_owned(),
        (_, Duration::ZERO) => "no permit is free and no request may wait; try again later".into(),
        _ => format!("no permit was free within the maximum wait of {max_wait:?}; try again later"),
    }
}

const LIMIT_IS_ZERO: &str = "the limit is 0: no request is admitted until it is raised";

/// A position in the queue: a lower one is earlier.
pub(super) type Ticket = u64;

/// The state of a request after a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admit {
    Admitted,
    Rejected(Rejected),
    Queued(Ticket),
}

/// Invariant: `waiting` is empty or no permit is free, after every call that takes a time.
#[derive(Debug)]
pub(super) struct Queue {
    limit: usize,
    in_use: usize,
    capacity: usize,
    max_wait: Duration,
    next: Ticket,
    waiting: BTreeMap<Ticket, Waiter>,
    decided: BTreeMap<Ticket, Admit>,
    to_wake: VecDeque<Waker>,
}

#[derive(Debug)]
struct Waiter {
    since: Instant,
    waker: Waker,
}

impl Queue {
    pub(super) const fn new(limit: usize, capacity: usize, max_wait: Duration) -> Self {
        Self {
            limit,
            in_use: 0,
            capacity,
            max_wait,
            next: 0,
            waiting: BTreeMap::new(),
            decided: BTreeMap::new(),
            to_wake: VecDeque::new(),
        }
    }

    /// Takes a new request.
    pub(super) fn arrive(&mut self, waker: Waker, now: Instant) -> Admit {
        self.advance(now);
        if self.in_use < self.limit {
            self.in_use += 1;
            return Admit::Admitted;
        }
        if self.max_wait.is_zero() {
            return Admit::Rejected(self.deadline_exceeded(Duration::ZERO));
        }
        if self.waiting.len() >= self.capacity {
            return Admit::Rejected(Rejected::QueueFull {
                queue_depth: self.waiting.len(),
                limit: self.limit,
            });
        }
        let ticket = self.next;
        self.next += 1;
        self.waiting.insert(ticket, Waiter { since: now, waker });
        Admit::Queued(ticket)
    }

    /// Returns the state of a queued request, and the waker that is no longer needed.
    pub(super) fn poll(&mut self, ticket: Ticket, waker: Waker, now: Instant) -> (Admit, Waker) {
        self.advance(now);
        if let Some(decided) = self.decided.remove(&ticket) {
            return (decided, waker);
        }
        let old = match self.waiting.get_mut(&ticket) {
            Some(waiter) => std::mem::replace(&mut waiter.waker, waker),
            None => waker,
        };
        (Admit::Queued(ticket), old)
    }

    /// Removes a queued request and returns its waker. A permit that it was given goes to the next.
    pub(super) fn cancel(&mut self, ticket: Ticket, now: Instant) -> Option<Waker> {
        if self.decided.remove(&ticket) == Some(Admit::Admitted) {
            self.release(now);
        }
        self.waiting.remove(&ticket).map(|waiter| waiter.waker)
    }

    /// Takes a permit back.
    pub(super) fn release(&mut self, now: Instant) {
        self.in_use -= 1;
        self.advance(now);
    }

    pub(super) fn set_limit(&mut self, limit: usize, now: Instant) {
        self.limit = limit;
        self.advance(now);
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    pub(super) const fn in_use(&self) -> usize {
        self.in_use
    }

    pub(super) fn depth(&self) -> usize {
        self.waiting.len()
    }

    pub(super) const fn max_wait(&self) -> Duration {
        self.max_wait
    }

    /// Takes the wakers of the requests that were decided. To be woken without the lock: a waker
    /// may run anything.
    pub(super) fn take_wakers(&mut self) -> VecDeque<Waker> {
        std::mem::take(&mut self.to_wake)
    }

    /// Returns when the front of the queue has to be rejected; `None` if the queue is empty or has
    /// no deadline.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        let (_, front) = self.waiting.first_key_value()?;
        front.since.checked_add(self.max_wait - self.margin())
    }

    /// Rejects each request that has to be woken now to run by its deadline.
    pub(super) fn expire(&mut self, now: Instant) {
        self.reject_late(now, self.margin());
    }

    /// Rejects the front of the queue while it is late, and admits it while permits are free.
    fn advance(&mut self, now: Instant) {
        self.reject_late(now, Duration::ZERO);
        while self.in_use < self.limit && !self.waiting.is_empty() {
            self.in_use += 1;
            self.decide_front(Admit::Admitted);
        }
    }

    /// The maximum wait is the same for all, so no request is late behind a front that is not.
    fn reject_late(&mut self, now: Instant, margin: Duration) {
        while let Some((_, front)) = self.waiting.first_key_value() {
            let waited = now.saturating_duration_since(front.since);
            if waited.saturating_add(margin) < self.max_wait {
                return;
            }
            self.decide_front(Admit::Rejected(self.deadline_exceeded(waited)));
        }
    }

    fn decide_front(&mut self, decided: Admit) {
        if let Some((ticket, waiter)) = self.waiting.pop_first() {
            self.decided.insert(ticket, decided);
            self.to_wake.push_back(waiter.waker);
        }
    }

    /// Returns the time before the deadline at which a request is rejected.
    fn margin(&self) -> Duration {
        WAKE_UP_MARGIN.min(self.max_wait / 2)
    }

    const fn deadline_exceeded(&self, waited: Duration) -> Rejected {
        Rejected::DeadlineExceeded {
            waited,
            max_wait: self.max_wait,
            limit: self.limit,
        }
    }
}

/// Allowance for a wake-up of the gate's thread on a busy machine.
const WAKE_UP_MARGIN: Duration = Duration::from_millis(1);
