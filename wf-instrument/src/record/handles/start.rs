//! The beginning of a call.

use std::thread;

use crate::clock::{self, Ticks};
use crate::units::Nanos;

/// A moment, and whether the thread was unwinding then: what begins and ends inside a destructor
/// that an unwinding runs has not panicked. 8 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start(u64);

/// In the lowest bit, since a tick is a nanosecond at most.
const UNWINDING: u64 = 1;

impl Start {
    #[inline]
    pub(super) fn now() -> Self {
        let now = clock::ticks().raw() & !UNWINDING;
        Self(if thread::panicking() {
            now | UNWINDING
        } else {
            now
        })
    }

    #[inline]
    pub(super) const fn ticks(self) -> Ticks {
        Ticks::from_raw(self.0)
    }

    /// The time since.
    #[inline]
    pub(super) fn elapsed(self) -> Nanos {
        clock::since(self.ticks())
    }

    #[inline]
    pub(super) const fn was_unwinding(self) -> bool {
        self.0 & UNWINDING != 0
    }

    /// Returns whether the thread has begun to unwind since.
    #[inline]
    pub(super) fn has_unwound(self) -> bool {
        thread::panicking() && !self.was_unwinding()
    }
}
