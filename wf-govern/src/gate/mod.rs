//! Who may start: a limit that moves while requests run, and a queue that does not keep people waiting in vain.
//!
//! Without a deadline, an overloaded service answers only those who have already given up. So the queue is bounded twice, in length and
//! in time: who cannot be served within [`Gate::max_wait`] is told so while the answer can still go somewhere else.

mod permit;
mod queue;
#[cfg(test)]
mod tests;
mod timer;

pub use self::permit::{Admission, Gate, Permit};
pub use self::queue::Refused;
