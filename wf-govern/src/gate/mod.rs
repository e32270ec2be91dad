//! An admission gate: a limit of concurrency that moves live, and a bounded queue.
//!
//! - **Limit**: at most [`Gate::limit`] permits are out. [`Gate::set_limit`] and the knob of
//!   [`Gate::knob`] move it while requests run: a higher limit admits queued requests at once, a
//!   lower one revokes nothing and admits none until enough permits were returned.
//! - **Queue**: further requests wait, first in, first out. A new request never passes a queued
//!   one, and a permit that is returned goes to the front of the queue.
//! - **Rejection**: a request is [`Rejected`] at once if the queue is full, and at its deadline
//!   ([`Gate::max_wait`] after its first poll) if it still waits. Without a deadline, an overloaded
//!   service would serve mainly requests whose clients have timed out. The caller needs no timer:
//!   the gate's own thread, `wf-gate`, wakes late requests one millisecond before the deadline
//!   (where the maximum wait is below two milliseconds, after half of it).
//! - **Cancellation**: dropping the future of [`Gate::admit`] leaves the queue; a permit that it
//!   was given meanwhile goes to the next request.
//! - **Fork**: a child of `fork(2)` has a copy of the gate, where the permits of the parent's other
//!   threads stay out. It starts a thread of its own when a request waits. The copy must not be
//!   used if another thread was inside a call on the gate during the fork.

mod queue;
#[cfg(test)]
mod tests;
mod timer;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

pub use self::queue::Rejected;
use self::queue::{Admit, Queue, Ticket};
use self::timer::Shared;
use crate::knob::{Bounds, Knob, Role};

/// A gate that admits at most `limit` requests at a time and queues the others.
///
/// A clone is another handle on the same gate. It works under any async runtime, and without one
/// ([`Gate::admit_blocking`]). The [module](self) describes the queue, deadlines, cancellation and
/// what a fork does.
///
/// Each call locks a mutex, which is never held during a wait. A request that does not wait
/// allocates nothing.
/// The first request that waits starts a thread, `wf-gate`, which sleeps until a request has to be
/// rejected and ends with the last handle, future and permit of the gate.
///
/// ```
/// use std::time::Duration;
/// use wf_govern::gate::Gate;
///
/// let gate = Gate::new(2, 100, Duration::from_millis(1500));
/// # let _ = async {
/// let permit = gate.admit().await?; // at once, or when a permit is free
/// // … serve the request …
/// drop(permit); // admits the next one
/// # Ok::<(), wf_govern::gate::Rejected>(()) };
/// gate.set_limit(8);
/// assert_eq!((gate.limit(), gate.in_use(), gate.queue_depth()), (8, 0, 0));
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    shared: Arc<Shared>,
}

impl Gate {
    /// Creates a gate with a limit and a queue of bounded length and time.
    ///
    /// A limit of 0 admits no request. With a `max_wait` of zero, no request waits; with
    /// [`Duration::MAX`], a wait has no deadline.
    #[must_use]
    pub fn new(limit: usize, queue_capacity: usize, max_wait: Duration) -> Self {
        let queue = Queue::new(limit, queue_capacity, max_wait);
        Self {
            shared: Arc::new(Shared::new(queue)),
        }
    }

    /// Requests a permit.
    ///
    /// The wait begins at the first poll; dropping the future cancels it.
    ///
    /// If the system cannot start the thread `wf-gate`, a late request is rejected when it is
    /// polled, when a permit is returned, or when the limit moves.
    ///
    /// # Errors
    /// [`Rejected`] if the queue is full or the deadline passes.
    pub fn admit(&self) -> Admission {
        Admission {
            gate: self.clone(),
            ticket: None,
        }
    }

    /// Requests a permit and blocks the thread until it is admitted or rejected.
    ///
    /// # Errors
    /// [`Rejected`] if the queue is full or the deadline passes.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wf_govern::gate::{Gate, Rejected};
    ///
    /// let gate = Gate::new(1, 10, Duration::from_millis(5));
    /// let permit = gate.admit_blocking()?;
    /// assert!(matches!(gate.admit_blocking(), Err(Rejected::DeadlineExceeded { .. })));
    /// drop(permit);
    /// gate.admit_blocking()?;
    /// # Ok::<(), Rejected>(())
    /// ```
    pub fn admit_blocking(&self) -> Result<Permit, Rejected> {
        let mut admission = pin!(self.admit());
        let mut poll = |waker: &Waker| admission.as_mut().poll(&mut Context::from_waker(waker));
        if let Poll::Ready(result) = poll(Waker::noop()) {
            return result;
        }
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            if let Poll::Ready(result) = poll(&waker) {
                return result;
            }
            thread::park();
        }
    }

    /// Moves the limit. Permits that are out stay valid.
    pub fn set_limit(&self, limit: usize) {
        self.change(|queue, now| queue.set_limit(limit, now));
    }

    /// Returns a knob that reads and moves the limit, for a governor.
    ///
    /// Its name is `concurrency` and its role [`Role::CONCURRENCY`]. It does not keep the gate
    /// alive: once the last handle, future and permit of the gate are dropped, the knob's errors
    /// are [`KnobError::OwnerDropped`](crate::knob::KnobError::OwnerDropped).
    ///
    /// A limit outside `bounds` is accepted and stays in force until the governor's next move,
    /// which is to a value within them. Until then, the reason of each decision to hold says that
    /// it is outside. Two governors on one gate both move its limit, each against the other: give a
    /// gate to one governor only.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wf_govern::gate::Gate;
    /// use wf_govern::knob::KnobError;
    ///
    /// let gate = Gate::new(4, 100, Duration::from_secs(1));
    /// let mut knob = gate.knob(1..=64);
    /// knob.apply(8)?;
    /// assert_eq!(gate.limit(), 8);
    /// drop(gate);
    /// assert!(matches!(knob.read(), Err(KnobError::OwnerDropped { .. })));
    /// # Ok::<(), KnobError>(())
    /// ```
    pub fn knob(&self, bounds: impl Into<Bounds>) -> Knob {
        let role = Role::CONCURRENCY;
        let limit = |gate: &Shared| gate.change(|queue, _| queue.limit()) as u64;
        Knob::weak(role.as_str(), bounds, &self.shared, limit, |gate, value| {
            let limit = usize::try_from(value)?;
            gate.change(|queue, now| queue.set_limit(limit, now));
            Ok(value)
        })
        .for_role(role)
        .owned_by("its gate")
    }

    /// Returns the limit: the maximum number of permits.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.change(|queue, _| queue.limit())
    }

    /// Returns the number of permits in use.
    ///
    /// It may be above the limit for a while after the limit was lowered.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.change(|queue, _| queue.in_use())
    }

    /// Returns the number of requests that wait.
    #[must_use]
    pub fn queue_depth(&self) -> usize {
        self.change(|queue, _| queue.depth())
    }

    /// Returns the maximum wait: a request that has waited this long is rejected.
    #[must_use]
    pub fn max_wait(&self) -> Duration {
        self.change(|queue, _| queue.max_wait())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Queue, Instant) -> T) -> T {
        self.shared.change(change)
    }

    /// Takes a new request. If it has to wait and has a deadline, the timer watches it.
    fn arrive(&self, waker: Waker) -> Admit {
        let (state, timed, first) = self.change(|queue, now| {
            let state = queue.arrive(waker, now);
            let timed = matches!(state, Admit::Queued(_)) && queue.next_expiry().is_some();
            (state, timed, queue.depth() == 1)
        });
        if timed {
            self.shared.watch(first);
        }
        state
    }

    #[cfg(test)]
    fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// A waker that unparks a blocked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A future of a [`Permit`]; dropping it cancels the request.
#[derive(Debug)]
#[must_use = "a request waits only while its future is polled"]
pub struct Admission {
    gate: Gate,
    ticket: Option<Ticket>,
}

impl Future for Admission {
    type Output = Result<Permit, Rejected>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Cloned before, and the old one dropped after the lock is held: both may run anything.
        let waker = cx.waker().clone();
        let (state, _unlocked) = match self.ticket.take() {
            Some(ticket) => self.gate.change(|queue, now| {
                let (state, old) = queue.poll(ticket, waker, now);
                (state, Some(old))
            }),
            None => (self.gate.arrive(waker), None),
        };
        match state {
            Admit::Admitted => Poll::Ready(Ok(Permit {
                gate: self.gate.clone(),
            })),
            Admit::Rejected(rejected) => Poll::Ready(Err(rejected)),
            Admit::Queued(ticket) => {
                self.ticket = Some(ticket);
                Poll::Pending
            }
        }
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            drop(self.gate.change(|queue, now| queue.cancel(ticket, now)));
        }
    }
}

/// The right to run, until it is dropped.
#[derive(Debug)]
#[must_use = "dropping a permit returns it to the gate"]
pub struct Permit {
    gate: Gate,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.change(Queue::release);
    }
}
