//! The time of tokens, and how it is known.

use crate::clock::{self, Ticks};
use crate::units::Nanos;

/// The time of some tokens, and how it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenTime {
    /// They are counted where and when they are made.
    Made(Ticks),
    /// They are received, from where they may have been waiting.
    Received(Ticks),
    /// They were made then, and are counted later.
    Stamped(Ticks),
}

/// Items that are received less than this apart count as received together. To hand on a token that
/// was waiting takes 1 to 30 µs; models make fewer than 10,000 tokens a second for one request, and
/// one that makes more can stamp them.
const DRAINING: Nanos = Nanos::new(100_000);

impl TokenTime {
    #[inline]
    pub(crate) const fn at(self) -> Ticks {
        match self {
            Self::Made(at) | Self::Received(at) | Self::Stamped(at) => at,
        }
    }

    /// The interval that the tokens end, where others came `last`; none where they came together
    /// with those.
    #[inline]
    pub(crate) fn gap_since(self, last: Ticks) -> Option<Nanos> {
        match self {
            Self::Made(at) => Some(clock::between(last, at)),
            Self::Received(at) => {
                let gap = clock::between(last, at);
                (gap >= DRAINING).then_some(gap)
            }
            Self::Stamped(at) => (at > last).then(|| clock::between(last, at)),
        }
    }

    /// The time of the last tokens: these, or those that came `last`. A stamp may be older.
    #[inline]
    pub(crate) fn latest(self, last: Ticks) -> Ticks {
        match self {
            Self::Made(at) | Self::Received(at) => at,
            Self::Stamped(at) => at.max(last),
        }
    }
}
