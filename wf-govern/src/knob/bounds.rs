//! The values that a knob may take.

use std::ops::RangeInclusive;
use std::sync::Arc;

/// A lowest and a highest value, and the notches between them where not every whole number makes sense.
///
/// ```
/// use wf_govern::knob::Bounds;
///
/// let threads = Bounds::new(1..=12).with_notches([1, 2, 3, 4, 6, 8, 12, 16]);
/// assert_eq!(threads.above(4), Some(6));
/// assert_eq!(threads.below(5), Some(4));
/// assert_eq!(threads.above(12), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    min: u64,
    max: u64,
    notches: Arc<[u64]>,
}

impl Bounds {
    /// Every whole number in `range`; an empty range is its start alone.
    #[must_use]
    pub fn new(range: RangeInclusive<u64>) -> Self {
        Self {
            min: *range.start(),
            max: *range.end().max(range.start()),
            notches: Arc::from([]),
        }
    }

    /// Only those of `notches` that lie within; none at all leaves every whole number.
    #[must_use]
    pub fn with_notches(mut self, notches: impl IntoIterator<Item = u64>) -> Self {
        let mut within: Vec<u64> = notches.into_iter().filter(|&n| self.contains(n)).collect();
        within.sort_unstable();
        within.dedup();
        self.notches = within.into();
        self
    }

    /// The lowest value.
    #[must_use]
    pub const fn min(&self) -> u64 {
        self.min
    }

    /// The highest value.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// Whether `value` lies between the lowest and the highest. A value between two notches does: somebody else may set it.
    #[must_use]
    pub const fn contains(&self, value: u64) -> bool {
        self.min <= value && value <= self.max
    }

    /// The nearest value within.
    #[must_use]
    pub fn clamp(&self, value: u64) -> u64 {
        value.clamp(self.min, self.max)
    }

    /// The next notch above `value`; `None` where there is none.
    #[must_use]
    pub fn above(&self, value: u64) -> Option<u64> {
        let next = if self.notches.is_empty() {
            value.checked_add(1)
        } else {
            self.notches.iter().copied().find(|&n| n > value)
        };
        next.filter(|&n| self.contains(n))
    }

    /// The next notch below `value`; `None` where there is none.
    #[must_use]
    pub fn below(&self, value: u64) -> Option<u64> {
        let next = if self.notches.is_empty() {
            value.checked_sub(1)
        } else {
            self.notches.iter().copied().rfind(|&n| n < value)
        };
        next.filter(|&n| self.contains(n))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_range_that_is_empty_is_its_start() {
        #[expect(clippy::reversed_empty_ranges, reason = "it is what is tested")]
        let bounds = Bounds::new(5..=2);
        assert_eq!((bounds.min(), bounds.max()), (5, 5));
        assert_eq!((bounds.above(5), bounds.below(5)), (None, None));
    }

    proptest! {
        #[test]
        fn a_step_stays_within_and_goes_its_way(
            min in 0_u64..50, len in 0_u64..50, from: u64, notches in prop::collection::vec(0_u64..120, 0..9),
        ) {
            let bounds = Bounds::new(min..=min + len).with_notches(notches);
            let from = from % 120;
            if let Some(up) = bounds.above(from) {
                prop_assert!(bounds.contains(up) && up > from);
            }
            if let Some(down) = bounds.below(from) {
                prop_assert!(bounds.contains(down) && down < from);
            }
        }
    }
}
