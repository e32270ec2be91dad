//! The process that something was made in.
#![expect(
    unsafe_code,
    reason = "a value is dropped in one process and forgotten in others"
)]

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::process;

#[cfg(feature = "enabled")]
use crate::sync::{AtomicU64, Ordering};

/// How many forks this process is away from the one that was started.
#[cfg(feature = "enabled")]
static FORKS: AtomicU64 = AtomicU64::new(0);

/// The process that something was made in: a child of `fork(2)` is another.
///
/// Not the process's number alone: a child may be number 1 of a namespace of its own, as its parent
/// is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    process: u32,
    #[cfg(feature = "enabled")]
    forks: u64,
}

impl Origin {
    /// This process.
    pub(crate) fn here() -> Self {
        Self {
            process: process::id(),
            #[cfg(feature = "enabled")]
            // Relaxed: a child has one thread when it counts its fork.
            forks: FORKS.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn is_here(self) -> bool {
        self == Self::here()
    }
}

/// Makes the process another one, for [`Origin`]: it has just been forked.
#[cfg(feature = "enabled")]
pub(super) fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// A value that is dropped in the process that it was made in, and forgotten in a child of
/// `fork(2)`.
///
/// For handles to what a child does not have: a thread, the sending end of a channel to one. To
/// drop the child's copy would wait for, wake or detach that thread. Costs a system call where it
/// is made and where it is dropped.
///
/// ```
/// use wf_instrument::fork::OfThisProcess;
///
/// let mut handle = OfThisProcess::new(Some(std::thread::spawn(|| ())));
/// if handle.is_here() {
///     handle.take().map(std::thread::JoinHandle::join);
/// }
/// ```
#[derive(Debug)]
pub struct OfThisProcess<T> {
    value: ManuallyDrop<T>,
    origin: Origin,
}

impl<T> OfThisProcess<T> {
    /// Of the process that calls.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self {
            value: ManuallyDrop::new(value),
            origin: Origin::here(),
        }
    }

    /// Whether this is the process that it was made in. A system call.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.origin.is_here()
    }
}

impl<T> Deref for OfThisProcess<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for OfThisProcess<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for OfThisProcess<T> {
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY:
            // - dropped once: here is the only place, and `drop` runs once;
            // - not used afterwards: `self` is being dropped, too.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_value_of_another_process_is_forgotten() {
        let counted = Rc::new(());
        drop(OfThisProcess::new(counted.clone()));
        assert_eq!(Rc::strong_count(&counted), 1);
        let mut number = OfThisProcess::new(counted.clone());
        number.origin.process += 1;
        drop(number);
        assert_eq!(Rc::strong_count(&counted), 2);
    }

    #[cfg(feature = "enabled")]
    #[test]
    fn a_child_with_its_parents_number_is_another_process() {
        let mut origin = Origin::here();
        assert!(origin.is_here());
        origin.forks += 1;
        assert!(!origin.is_here());
    }
}
