//! The moment at which tokens were made.

use std::time::Instant;

use crate::clock::{self, Ticks};
use crate::units::Nanos;

/// A moment that travels with tokens from the thread that makes them to the one that counts them.
///
/// Tokens that wait in a channel are received back to back once their receiver gets a processor,
/// and counted then they have no time between them. Take a stamp where a token is made, send it
/// along, and count by [`Generation::tokens_at`](super::Generation::tokens_at) or with `tokens =
/// |token| (token.count, token.made)`: the inter-token latencies are then those between the stamps.
///
/// 8 bytes. One clock reading, about 10 ns, which counting then does not take; nothing in a build
/// that does not measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(Ticks);

impl Stamp {
    /// Returns the stamp of this moment. One clock reading.
    #[inline]
    #[must_use]
    pub fn now() -> Self {
        Self(clock::ticks())
    }

    #[inline]
    pub(super) const fn ticks(self) -> Ticks {
        self.0
    }
}

impl From<Instant> for Stamp {
    /// The moment of `instant`, to a millionth of its age; now where it lies in the future. Two
    /// clock readings.
    fn from(instant: Instant) -> Self {
        let now = clock::ticks();
        Self(clock::before(now, Nanos::from(instant.elapsed())))
    }
}
