//! Memory and data.

use std::fmt;

use super::to_f64;

/// An amount of memory or data, in bytes.
///
/// Shown in the largest unit that leaves at least one of it, up to GiB, rounded to a tenth.
///
/// ```
/// use wf_instrument::Bytes;
///
/// assert_eq!(Bytes::new(3 << 29).to_string(), "1.5 GiB");
/// assert_eq!(Bytes::new(640 << 10).to_string(), "640 KiB");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Bytes(u64);

impl Bytes {
    /// `bytes` bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The amount in MiB, for people.
    #[must_use]
    pub fn as_mebibytes(self) -> f64 {
        to_f64(self.0) / f64::from(1 << 20)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, unit) = match self.0 {
            0..KIB => (1, "B"),
            KIB..MIB => (KIB, "KiB"),
            MIB..GIB => (MIB, "MiB"),
            GIB.. => (GIB, "GiB"),
        };
        let tenths = (to_f64(self.0) / to_f64(size) * 10.0).round();
        write!(f, "{} {unit}", tenths / 10.0)
    }
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_a_unit_that_people_can_read() {
        for (bytes, shown) in [
            (0, "0 B"),
            (KIB - 1, "1023 B"),
            (KIB, "1 KiB"),
            (MIB - 1, "1024 KiB"),
            (MIB, "1 MiB"),
            (GIB + GIB / 4, "1.3 GiB"),
            (44 * GIB, "44 GiB"),
            (u64::MAX, "17179869184 GiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), shown);
        }
    }
}
