//! The gate as a program uses it: wait for a permit, hold it, give it back by dropping it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::queue::{Answer, Queue, Refused, Ticket};

/// Lets at most `limit` requests in; the others wait in order, as long as that makes sense.
///
/// A clone is another handle on the same gate. The limit may be moved while requests run: growing admits who waits at once, shrinking
/// takes nothing back and lets nobody in until enough permits were returned. Works under any async runtime.
///
/// Each call locks a mutex for tens of nanoseconds. Nothing is allocated for a request that need not wait.
///
/// ```
/// use std::time::Duration;
/// use wf_instrument::admit::Gate;
///
/// let gate = Gate::new(2, 100, Duration::from_millis(1500));
/// # let _ = async {
/// let permit = gate.admit().await?; // at once, or when a permit is free
/// // … serve …
/// drop(permit); // the next one may start
/// # Ok::<(), wf_instrument::admit::Refused>(()) };
/// gate.set_limit(8);
/// assert_eq!((gate.limit(), gate.in_use(), gate.waiting()), (8, 0, 0));
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    queue: Arc<Mutex<Queue>>,
}

impl Gate {
    /// A gate that lets `limit` in at once and keeps up to `queue` waiting, each for less than `max_wait`.
    ///
    /// A limit of 0 is a closed door. [`Duration::MAX`] waits for ever.
    #[must_use]
    pub fn new(limit: usize, queue: usize, max_wait: Duration) -> Self {
        let queue = Arc::new(Mutex::new(Queue::new(limit, queue, max_wait)));
        Self { queue }
    }

    /// Asks for a permit. The wait begins at the first poll; dropping the future leaves the queue.
    ///
    /// There is no timer inside: a wait that became too long is refused when the future is polled or when any permit moves. To be told
    /// at the very moment, poll again after [`max_wait`](Self::max_wait), for instance by racing the runtime's own timer.
    ///
    /// # Errors
    /// [`Refused`] when the queue is full, or when the turn did not come in time.
    pub fn admit(&self) -> Admission {
        Admission {
            gate: self.clone(),
            ticket: None,
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

    /// Changes the queue, then wakes with the lock released: a waker may run anything, this gate's own methods included.
    fn change<T>(&self, change: impl FnOnce(&mut Queue, Instant) -> T) -> T {
        let now = Instant::now();
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut queue, now);
        let wakers = queue.take_wakers();
        drop(queue);
        for waker in wakers {
            waker.wake();
        }
        result
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
            None => (self.gate.change(|queue, now| queue.join(waker, now)), None),
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
