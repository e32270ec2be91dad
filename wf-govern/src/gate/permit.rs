//! The gate as a program uses it: wait for a permit, hold it, give it back by dropping it.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::queue::{Answer, Queue, Refused, Ticket};
use super::timer::Shared;

/// Lets at most `limit` requests in; the others wait in order, as long as that makes sense.
///
/// A clone is another handle on the same gate. The limit may be moved while requests run: growing admits who waits at once, shrinking
/// takes nothing back and lets nobody in until enough permits were returned. Works under any async
/// runtime, and without one ([`Gate::admit_blocking`]).
///
/// Each call locks a mutex for tens of nanoseconds. Nothing is allocated for a request that need
/// not wait. The first request that waits starts a thread, `wf-admit`: it sleeps until a wait has
/// to be refused, and ends with the last handle, wait and permit of the gate.
///
/// A child of `fork(2)` has a copy of the gate, with the permits of the parent's other threads. The
/// copy cannot be used if one of these threads was inside a call on the gate during the fork.
///
/// ```
/// use std::time::Duration;
/// use wf_govern::gate::Gate;
///
/// let gate = Gate::new(2, 100, Duration::from_millis(1500));
/// # let _ = async {
/// let permit = gate.admit().await?; // at once, or when a permit is free
/// // … serve …
/// drop(permit); // the next one may start
/// # Ok::<(), wf_govern::gate::Refused>(()) };
/// gate.set_limit(8);
/// assert_eq!((gate.limit(), gate.in_use(), gate.waiting()), (8, 0, 0));
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    shared: Arc<Shared>,
}

impl Gate {
    /// A gate that lets `limit` in at once and keeps up to `queue` waiting, each for less than `max_wait`.
    ///
    /// A limit of 0 admits nothing. With a `max_wait` of zero, no request waits; with
    /// [`Duration::MAX`], a wait has no deadline.
    #[must_use]
    pub fn new(limit: usize, queue: usize, max_wait: Duration) -> Self {
        let shared = Arc::new(Shared::new(Queue::new(limit, queue, max_wait)));
        Self { shared }
    }

    /// Asks for a permit. The wait begins at the first poll; dropping the future leaves the queue.
    ///
    /// The caller needs no timer: a request that still waits one millisecond before
    /// [`max_wait`](Self::max_wait) is over is refused at that moment, so that the caller has the
    /// answer by the deadline; where `max_wait` is below two milliseconds, after half of it. If the
    /// system cannot start a thread, a late wait is refused when the future is polled, or when a
    /// permit is returned or the limit moves.
    ///
    /// # Errors
    /// [`Refused`] when the queue is full, or when the turn did not come in time.
    pub fn admit(&self) -> Admission {
        Admission {
            gate: self.clone(),
            ticket: None,
        }
    }

    /// Asks for a permit and blocks the thread until the answer: [`admit`](Self::admit) for code
    /// that is not async.
    ///
    /// # Errors
    /// [`Refused`] when the queue is full, or when the turn did not come in time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wf_govern::gate::{Gate, Refused};
    ///
    /// let gate = Gate::new(1, 10, Duration::from_millis(5));
    /// let permit = gate.admit_blocking()?;
    /// assert!(matches!(gate.admit_blocking(), Err(Refused::WaitedTooLong { .. })));
    /// drop(permit);
    /// gate.admit_blocking()?;
    /// # Ok::<(), Refused>(())
    /// ```
    pub fn admit_blocking(&self) -> Result<Permit, Refused> {
        let mut admission = pin!(self.admit());
        let mut poll = |waker: &Waker| admission.as_mut().poll(&mut Context::from_waker(waker));
        if let Poll::Ready(answer) = poll(Waker::noop()) {
            return answer;
        }
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            if let Poll::Ready(answer) = poll(&waker) {
                return answer;
            }
            thread::park();
        }
    }

    /// Moves the limit. Permits that are out stay out.
    pub fn set_limit(&self, limit: usize) {
        self.change(|queue, now| queue.set_limit(limit, now));
    }

    /// How many may be in.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.change(|queue, _| queue.limit())
    }

    /// How many are in; above the limit for a while after it shrank.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.change(|queue, _| queue.in_use())
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.change(|queue, _| queue.waiting())
    }

    /// Nobody is let in who waited this long.
    #[must_use]
    pub fn max_wait(&self) -> Duration {
        self.change(|queue, _| queue.max_wait())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Queue, Instant) -> T) -> T {
        self.shared.change(change)
    }

    /// A request arrives. If it has to wait and has a deadline, the timer watches it.
    fn join(&self, waker: Waker) -> Answer {
        let (answer, waits, first) = self.change(|queue, now| {
            let answer = queue.join(waker, now);
            let waits = matches!(answer, Answer::Waits(_)) && queue.next_expiry().is_some();
            (answer, waits, queue.waiting() == 1)
        });
        if waits {
            self.shared.watch(first);
        }
        answer
    }

    #[cfg(test)]
    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// Wakes a thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The wait for a [`Permit`].
#[derive(Debug)]
#[must_use = "a request waits only while its future is polled"]
pub struct Admission {
    gate: Gate,
    ticket: Option<Ticket>,
}

impl Future for Admission {
    type Output = Result<Permit, Refused>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Cloned before, and the old one dropped after the lock is held: both may run anything.
        let waker = cx.waker().clone();
        let (answer, _unlocked) = match self.ticket.take() {
            Some(ticket) => self.gate.change(|queue, now| {
                let (answer, old) = queue.ask(ticket, waker, now);
                (answer, Some(old))
            }),
            None => (self.gate.join(waker), None),
        };
        match answer {
            Answer::Admitted => Poll::Ready(Ok(Permit {
                gate: self.gate.clone(),
            })),
            Answer::Refused(refused) => Poll::Ready(Err(refused)),
            Answer::Waits(ticket) => {
                self.ticket = Some(ticket);
                Poll::Pending
            }
        }
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            drop(self.gate.change(|queue, now| queue.leave(ticket, now)));
        }
    }
}

/// The right to run, until it is dropped.
#[derive(Debug)]
#[must_use = "dropping a permit gives it back"]
pub struct Permit {
    gate: Gate,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.change(Queue::give_back);
    }
}
