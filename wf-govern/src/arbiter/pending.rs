//! Moves to be tried again.

/// A move that has to reach its value, and the number of tries so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PendingMove {
    pub(super) index: usize,
    pub(super) to: u64,
    pub(super) tries: u32,
}

impl PendingMove {
    pub(crate) const fn new(index: usize, to: u64) -> Self {
        Self {
            index,
            to,
            tries: 0,
        }
    }
}

/// As often as a knob may fail before it is quarantined. An application may also apply another
/// value than the one asked for: more tries would change nothing.
pub(super) const TRIES: u32 = 3;
