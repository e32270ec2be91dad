//! A clock that a test moves by hand, for one thread.

use std::cell::Cell;

use super::source::{source, ticks_of};
use crate::units::Nanos;

thread_local! {
    static MOCKED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// While it lives, this thread's clock stands still but for [`Mock::advance`].
///
/// ```
/// # #[cfg(feature = "mock")] {
/// use wf_instrument::{Nanos, clock};
///
/// let mock = clock::mock::Mock::start();
/// let start = clock::ticks();
/// mock.advance(Nanos::from_millis(250));
/// let measured = clock::between(start, clock::ticks());
/// assert!(measured.as_millis() > 249.0 && measured.as_millis() < 251.0);
/// # }
/// ```
#[derive(Debug)]
pub struct Mock {
    previous: Option<u64>,
}

impl Mock {
    /// Stops this thread's clock.
    #[must_use]
    pub fn start() -> Self {
        let real = source().ticks();
        Self {
            previous: MOCKED.replace(Some(real)),
        }
    }

    /// Moves this thread's clock on by `span`.
    pub fn advance(&self, span: Nanos) {
        let now = MOCKED.get().unwrap_or_default();
        MOCKED.set(Some(now + ticks_of(span)));
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        MOCKED.set(self.previous);
    }
}

/// The raw reading of this thread's clock, where it is mocked.
pub(super) fn ticks() -> Option<u64> {
    MOCKED.get()
}
