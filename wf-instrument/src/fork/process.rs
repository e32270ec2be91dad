//! The identity of a process across `fork(2)`.
#![expect(
    unsafe_code,
    reason = "a value is dropped in one process and forgotten in others"
)]

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::process;

#[cfg(feature = "enabled")]
use crate::sync::{AtomicU64, Ordering};

/// Number of forks between the program that was started and this process.
#[cfg(feature = "enabled")]
static FORKS: AtomicU64 = AtomicU64::new(0);

/// Identity of a process: a child of `fork(2)` has another one than its parent.
///
/// The process ID alone does not tell them apart: parent and child may both be process 1, each in a
/// PID namespace of its own. Without the feature `enabled` forks are not counted and the process ID
/// is all that is compared.
///
/// ```
/// use wf_instrument::fork::Process;
///
/// assert!(Process::current().is_current());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    id: u32,
    #[cfg(feature = "enabled")]
    forks: u64,
}

impl Process {
    /// Returns the calling process. Costs one system call.
    #[must_use]
    pub fn current() -> Self {
        Self {
            id: process::id(),
            #[cfg(feature = "enabled")]
            // Relaxed: a child has one thread when it counts its fork.
            forks: FORKS.load(Ordering::Relaxed),
        }
    }

    /// Returns whether this is the calling process. Costs one system call.
    #[must_use]
    pub fn is_current(self) -> bool {
        self == Self::current()
    }
}

/// Gives this process, which has just been forked, a new identity.
#[cfg(feature = "enabled")]
pub(crate) fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// A value that is dropped only in the process that created it; a child of `fork(2)` forgets it.
///
/// For handles to what a child does not have, for example a thread or the sender of a channel to
/// one: dropping the child's copy would wait for that thread. Costs one system call where it is
/// created and one where it is dropped.
///
/// ```
/// use wf_instrument::fork::ProcessLocal;
///
/// let mut handle = ProcessLocal::new(Some(std::thread::spawn(|| ())));
/// if handle.in_same_process() {
///     handle.take().map(std::thread::JoinHandle::join);
/// }
/// ```
#[derive(Debug)]
pub struct ProcessLocal<T> {
    value: ManuallyDrop<T>,
    process: Process,
}

impl<T> ProcessLocal<T> {
    /// Wraps a value of the calling process. Costs one system call.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self {
            value: ManuallyDrop::new(value),
            process: Process::current(),
        }
    }

    /// Returns whether the calling process created it. Costs one system call.
    #[must_use]
    pub fn in_same_process(&self) -> bool {
        self.process.is_current()
    }
}

impl<T> Deref for ProcessLocal<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for ProcessLocal<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for ProcessLocal<T> {
    fn drop(&mut self) {
        if self.in_same_process() {
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
        drop(ProcessLocal::new(counted.clone()));
        assert_eq!(Rc::strong_count(&counted), 1);
        let mut number = ProcessLocal::new(counted.clone());
        number.process.id += 1;
        drop(number);
        assert_eq!(Rc::strong_count(&counted), 2);
    }

    #[cfg(feature = "enabled")]
    #[test]
    fn a_child_with_the_process_id_of_its_parent_is_another_process() {
        let mut process = Process::current();
        assert!(process.is_current());
        process.forks += 1;
        assert!(!process.is_current());
    }
}
