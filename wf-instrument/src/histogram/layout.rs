//! The bucket of a value: pure arithmetic over all of `u64`.
//!
//! The log-linear layout of HdrHistogram (Gil Tene): below 2ᵇ⁺¹ every value has a bucket of its
//! own; above, each octave [2ᵉ, 2ᵉ⁺¹) is cut into 2ᵇ equal buckets, so a bucket is never wider than
//! 2⁻ᵇ of the values in it. The values of an octave are shifted right by e − b, so that each bucket
//! has one shifted value, from 2ᵇ to 2ᵇ⁺¹; those below 2ᵇ⁺¹ are shifted by nothing. A group holds
//! the buckets of one shift.

use std::ops::Range;

/// The bucket arithmetic of one precision.
///
/// | precision | b | widest bucket | buckets over all of `u64` | in an octave |
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

    /// The number of groups that cover all of `u64`: one for each shift.
    pub(crate) const fn groups(self) -> usize {
        (64 - self.group_bits) as usize
    }

    /// The number of buckets in an octave, and so in each group but the first, which has twice as
    /// many.
    pub(crate) const fn octave_len(self) -> usize {
        1 << self.group_bits
    }

    /// The number of buckets that cover all of `u64`.
    #[must_use]
    pub const fn buckets(self) -> usize {
        (self.groups() + 1) * self.octave_len()
    }

    /// The numbers of the buckets in a group.
    pub(crate) const fn buckets_of(self, group: usize) -> Range<usize> {
        let first = match group {
            0 => 0,
            _ => (group + 1) * self.octave_len(),
        };
        first..(group + 2) * self.octave_len()
    }

    /// The number of low bits of `value` that its bucket does not distinguish: the number of its
    /// group. Three instructions, no branch.
    #[inline]
    pub(crate) const fn shift(self, value: u64) -> u32 {
        // Not `(value | …).ilog2() - group_bits`, which takes an instruction more.
        ((value >> self.group_bits) | 1).ilog2()
    }

    /// The bucket of `value`, counted from zero. Monotone in `value`.
    #[must_use]
    pub const fn index_of(self, value: u64) -> usize {
        let shift = self.shift(value);
        // Shifted values start at the length of an octave, so that no group is counted twice.
        (shift as usize) * self.octave_len() + narrowed(value >> shift)
    }

    /// The smallest value of a bucket.
    ///
    /// # Panics
    ///
    /// In debug builds, where `bucket` is not below [`Layout::buckets`].
    #[must_use]
    pub const fn lowest(self, bucket: usize) -> u64 {
        debug_assert!(bucket < self.buckets());
        let octave = bucket / self.octave_len();
        let within = (bucket % self.octave_len()) as u64;
        match octave {
            0 => within,
            _ => (within + self.octave_len() as u64) << (octave - 1),
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
        let octave = bucket / self.octave_len();
        let width = 1_u64 << octave.saturating_sub(1);
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

/// A value shifted right by its group: below twice the length of an octave.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "below 2,048")]
pub(super) const fn narrowed(shifted: u64) -> usize {
    shifted as usize
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
                prop_assert!(width <= value / layout.octave_len() as u64);
            }
        }

        #[test]
        fn a_shifted_value_lies_in_the_upper_half_of_two_groups_where_it_is_shifted(value: u64, by in 0_u32..64) {
            let value = value >> by;
            for layout in LAYOUTS {
                let (shift, len) = (layout.shift(value), layout.octave_len() as u64);
                prop_assert!((shift as usize) < layout.groups());
                prop_assert!(value >> shift < 2 * len);
                prop_assert!(shift == 0 || value >> shift >= len);
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
