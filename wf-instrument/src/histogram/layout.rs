//! The bucket of a value: pure arithmetic over all of `u64`.
//!
//! The log-linear layout of HdrHistogram (Gil Tene): below 2ᵇ⁺¹ every value has a bucket of its
//! own; above, each octave [2ᵉ, 2ᵉ⁺¹) is cut into 2ᵇ equal buckets, so a bucket is never wider than
//! 2⁻ᵇ of the values in it. We number buckets in groups of 2ᵇ: group 0 holds [0, 2ᵇ), and group g ≥
//! 1 holds the octave that starts at 2ᵇ⁺ᵍ⁻¹.

/// The bucket arithmetic of one precision.
///
/// | precision | b | widest bucket | buckets over all of `u64` | in groups of |
/// |---|--:|--:|--:|--:|
/// | [`Layout::TWO_DIGITS`] | 7 | 1/128 of the value | 7,424 | 128 (1 KiB of counts) |
/// | [`Layout::THREE_DIGITS`] | 10 | 1/1,024 of the value | 56,320 | 1,024 (8 KiB of counts) |
///
/// ```
/// use wf_instrument::histogram::Layout;
///
/// let layout = Layout::TWO_DIGITS;
/// let bucket = layout.index_of(1_000_000);
/// assert!(layout.lowest(bucket) <= 1_000_000 && 1_000_000 <= layout.highest(bucket));
/// assert!(layout.highest(bucket) - layout.lowest(bucket) < 1_000_000 / 128);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    group_bits: u32,
}

impl Layout {
    /// Two significant decimal digits: within 1/128 of the value. The default everywhere.
    pub const TWO_DIGITS: Self = Self { group_bits: 7 };

    /// Three significant decimal digits: within 1/1,024 of the value.
    pub const THREE_DIGITS: Self = Self { group_bits: 10 };

    /// The number of groups that cover all of `u64`.
    pub(crate) const fn groups(self) -> usize {
        (64 - self.group_bits + 1) as usize
    }

    /// The number of buckets in a group.
    pub(crate) const fn group_len(self) -> usize {
        1 << self.group_bits
    }

    /// The number of buckets that cover all of `u64`.
    #[must_use]
    pub const fn buckets(self) -> usize {
        self.groups() * self.group_len()
    }

    /// The group of `value`, and the bucket within it. About six instructions, no branch.
    #[inline]
    pub(crate) const fn place(self, value: u64) -> (usize, usize) {
        let floor = 1 << (self.group_bits - 1);
        let group = (value | floor).ilog2() - (self.group_bits - 1);
        let within = value >> group.saturating_sub(1);
        (group as usize, low_bits(within, self.group_len()))
    }

    /// The bucket of `value` within `group`, if it lies there.
    ///
    /// Unlike with [`Layout::place`], the processor can use the group before it has the value.
    #[inline]
    pub(crate) const fn place_within(self, group: usize, value: u64) -> Option<usize> {
        if group >= self.groups() {
            return None;
        }
        let within = value >> group.saturating_sub(1);
        // A value of the octave has its leading bit just above those of its bucket; values of the
        // first group have none there.
        let leading = if group == 0 { 0 } else { 1 };
        if within >> self.group_bits == leading {
            Some(low_bits(within, self.group_len()))
        } else {
            None
        }
    }

    /// The bucket of `value`, counted from zero. Monotone in `value`.
    #[must_use]
    pub const fn index_of(self, value: u64) -> usize {
        let (group, within) = self.place(value);
        group * self.group_len() + within
    }

    /// The smallest value of a bucket.
    ///
    /// # Panics
    ///
    /// In debug builds, where `bucket` is not below [`Layout::buckets`].
    #[must_use]
    pub const fn lowest(self, bucket: usize) -> u64 {
        debug_assert!(bucket < self.buckets());
        let group = bucket / self.group_len();
        let within = (bucket % self.group_len()) as u64;
        match group {
            0 => within,
            _ => (within + self.group_len() as u64) << (group - 1),
        }
    }

    /// The largest value of a bucket, which is what quantiles report: a latency is never
    /// understated.
    ///
    /// # Panics
    ///
    /// In debug builds, where `bucket` is not below [`Layout::buckets`].
    #[must_use]
    pub const fn highest(self, bucket: usize) -> u64 {
        let group = bucket / self.group_len();
        let width = 1_u64 << group.saturating_sub(1);
        self.lowest(bucket) + (width - 1)
    }

    /// The significant decimal digits that this layout keeps, as HdrHistogram counts them.
    #[must_use]
    pub const fn digits(self) -> u8 {
        if self.group_bits == Self::TWO_DIGITS.group_bits {
            2
        } else {
            3
        }
    }
}

/// The position within a power of two `len`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "masked to below `len`, which is a usize"
)]
const fn low_bits(n: u64, len: usize) -> usize {
    (n & (len as u64 - 1)) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAYOUTS: [Layout; 2] = [Layout::TWO_DIGITS, Layout::THREE_DIGITS];

    #[test]
    fn buckets_tile_all_of_u64_without_gap_or_overlap() {
        for layout in LAYOUTS {
            assert_eq!(layout.lowest(0), 0);
            for bucket in 1..layout.buckets() {
                assert_eq!(layout.lowest(bucket), layout.highest(bucket - 1) + 1);
            }
            assert_eq!(layout.highest(layout.buckets() - 1), u64::MAX);
        }
    }

    #[test]
    fn the_table_in_the_docs_is_right() {
        assert_eq!(Layout::TWO_DIGITS.buckets(), 7_424);
        assert_eq!(Layout::THREE_DIGITS.buckets(), 56_320);
    }

    proptest! {
        #[test]
        fn a_value_lies_in_its_own_bucket(value: u64, shift in 0_u32..64) {
            let value = value >> shift;
            for layout in LAYOUTS {
                let bucket = layout.index_of(value);
                prop_assert!(layout.lowest(bucket) <= value && value <= layout.highest(bucket));
            }
        }

        #[test]
        fn a_bucket_is_never_wider_than_its_share_of_the_value(value: u64, shift in 0_u32..64) {
            let value = value >> shift;
            for layout in LAYOUTS {
                let bucket = layout.index_of(value);
                let width = layout.highest(bucket) - layout.lowest(bucket);
                prop_assert!(width <= value / layout.group_len() as u64);
            }
        }

        #[test]
        fn a_foreseen_group_gives_the_same_place_or_none(value: u64, shift in 0_u32..64, group in 0_usize..70) {
            let value = value >> shift;
            for layout in LAYOUTS {
                let (real, within) = layout.place(value);
                let expected = (real == group).then_some(within);
                prop_assert_eq!(layout.place_within(group, value), expected);
                prop_assert_eq!(layout.place_within(real, value), Some(within));
            }
        }

        #[test]
        fn larger_values_never_fall_into_earlier_buckets(a: u64, b: u64) {
            let (low, high) = (a.min(b), a.max(b));
            for layout in LAYOUTS {
                prop_assert!(layout.index_of(low) <= layout.index_of(high));
            }
        }
    }
}
