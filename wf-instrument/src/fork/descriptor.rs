//! Descriptors that a forked child must not have.
#![expect(
    unsafe_code,
    reason = "a descriptor is closed by its number, in a process that has no use for it"
)]

use std::ops::Deref;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use super::process::{Process, ProcessLocal};
use crate::sync::{AtomicI32, Ordering};

/// Number of descriptors that can be registered at a time. Those beyond are inherited, as
/// descriptors usually are.
const PLACES: usize = 1_024;

const FREE: RawFd = -1;

/// The descriptors to close in a child. A child closes them and has none registered.
static REGISTERED: [AtomicI32; PLACES] = [const { AtomicI32::new(FREE) }; PLACES];

/// Has a descriptor closed in every child that is forked while this lives.
///
/// `O_CLOEXEC` closes descriptors for a program that a child executes. A child that goes on as it
/// is keeps them: a port stays taken, a connection open, whatever its parent does. To be dropped
/// before the descriptor is closed here, since from then on the number may be another's. Takes no
/// lock and allocates nothing; up to 1,024 atomic accesses, and a system call where it is made and
/// where it is dropped.
#[derive(Debug)]
#[must_use = "a descriptor is inherited again when this is dropped"]
pub struct CloseInChild {
    place: Option<usize>,
    process: Process,
}

impl CloseInChild {
    /// Registers `descriptor`. Where 1,024 are registered already, the child inherits it.
    ///
    /// # Safety
    ///
    /// - `descriptor` is open until this is dropped;
    /// - in a child of a fork, nobody uses or closes it: its owner lives on the stack of a thread
    ///   that does not fork, or is an [`ProcessLocal`] that is first checked to be [in the
    ///   same process](ProcessLocal::in_same_process).
    pub unsafe fn new(descriptor: RawFd) -> Self {
        // Relaxed: a fork copies the places as they are.
        let takes = |place: &AtomicI32| {
            place.load(Ordering::Relaxed) == FREE
                && place
                    .compare_exchange(FREE, descriptor, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok()
        };
        Self {
            place: REGISTERED.iter().position(takes),
            process: Process::current(),
        }
    }
}

impl Drop for CloseInChild {
    fn drop(&mut self) {
        // In a child, the place is free already, and may be another's by now.
        if let Some(place) = self.place
            && self.process.is_current()
        {
            REGISTERED[place].store(FREE, Ordering::Relaxed);
        }
    }
}

/// An owner of a descriptor that a forked child does not inherit. There the descriptor is closed,
/// and the owner is not dropped. Costs what [`CloseInChild`] does.
#[derive(Debug)]
pub struct NotInherited<T>(ProcessLocal<(CloseInChild, T)>);

impl<T: AsFd + Into<OwnedFd>> NotInherited<T> {
    /// Takes an owner: a file, a socket, an [`OwnedFd`].
    #[must_use]
    pub fn new(owner: T) -> Self {
        let descriptor = owner.as_fd().as_raw_fd();
        // SAFETY:
        // - the owner is dropped after this, and closes it then: a tuple is dropped in its order.
        //   Nothing can take it out meanwhile;
        // - in a child the owner is forgotten, and is not to be used unless it is
        //   `in_same_process`.
        let closes = unsafe { CloseInChild::new(descriptor) };
        Self(ProcessLocal::new((closes, owner)))
    }
}

impl<T> NotInherited<T> {
    /// Returns whether the calling process created it. In a child its descriptor is closed and must
    /// not be used. Costs one system call.
    #[must_use]
    pub fn in_same_process(&self) -> bool {
        self.0.in_same_process()
    }
}

impl<T> Deref for NotInherited<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.1
    }
}

/// Closes what is registered. Only in a process that has just been forked.
pub(crate) fn close_registered() {
    for place in &REGISTERED {
        let descriptor = place.swap(FREE, Ordering::Relaxed);
        if descriptor != FREE {
            // SAFETY:
            // - open, and used by nobody else here, as the caller of `CloseInChild::new` promised;
            // - `close` may be called in a child of a process with threads (signal-safety(7)).
            unsafe { libc::close(descriptor) };
        }
    }
}
