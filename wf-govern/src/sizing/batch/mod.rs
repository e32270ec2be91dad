//! The batch size: how many sequences to run at the same time.
//!
//! A step of an engine takes a fixed time (it reads the weights) and a time for each sequence. So
//! throughput rises steeply with the first sequences and then ever less, while each sequence waits
//! longer for its next token. The best size is at the knee of that curve, or where memory ends. The
//! knee is measured, not computed: it depends on the model, the device and the length of sequences.

mod curve;
#[cfg(test)]
mod tests;

use std::fmt;

use wf_instrument::Bytes;

use self::curve::Knee;
pub use self::curve::Measurement;
use super::budget::SAFETY;
use crate::number::to_f64;

/// The memory of a batch, and the throughput that a further sequence has to add.
///
/// ```
/// use wf_govern::sizing::batch::{BoundBy, Measurement, Sizing};
/// use wf_instrument::Bytes;
///
/// let sizing = Sizing::new(Bytes::new(10 << 30), Bytes::new(512 << 20));
/// let first = sizing.choose(&[]);
/// assert_eq!((first.size, first.bound_by), (1, BoundBy::Unmeasured));
///
/// let point = |size, tokens_per_second| Measurement { size, tokens_per_second };
/// let measured = [point(1, 100.0), point(2, 180.0), point(4, 300.0), point(8, 330.0)];
/// let choice = sizing.choose(&measured);
/// assert_eq!((choice.size, choice.bound_by, choice.max_by_memory), (4, BoundBy::Gain, 17));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizing {
    /// Memory for sequences: free memory, and the memory of running sequences.
    pub free: Bytes,
    /// Memory of one sequence: its maximum of tokens (prompt and output) times the keys and values
    /// of a token (2 · layers · heads · dimensions of a head · bytes of a number).
    ///
    /// With 0 bytes, memory sets no bound: the memory of a sequence is unknown.
    pub per_sequence: Bytes,
    /// Share of `free` that stays free: 0.15, the margin of a [budget](super::Budget).
    ///
    /// 0 if `free` is a part of a budget, whose margin is already subtracted. A value that is not
    /// from 0 to 1 counts as the default.
    pub reserve: f64,
    /// Minimum throughput that a further sequence adds, as a share of the first: 0.1.
    ///
    /// Our choice. If a step takes the time a + b·n for n sequences, throughput is n / (a + b·n),
    /// and the n-th sequence adds a² / (a + b·n)² of what the first adds. A tenth is reached where
    /// a step takes √10 = 3.2 times as long as for a single sequence, at 68 % of the maximum
    /// throughput; 90 % would take a batch 4.2 times as large and steps 10 times as long. A value
    /// that is not from 0 to 1 counts as the default.
    pub min_gain: f64,
}

impl Sizing {
    /// Creates the sizing of a batch with the default reserve and minimum gain.
    #[must_use]
    pub const fn new(free: Bytes, per_sequence: Bytes) -> Self {
        Self {
            free,
            per_sequence,
            reserve: RESERVE,
            min_gain: MIN_GAIN,
        }
    }

    /// Returns the size to run next, from measurements of this model on this device.
    ///
    /// Starts at the smallest measured size and goes up while each further sequence adds enough,
    /// within memory. If even the largest measured size adds enough, the result is twice that size
    /// (or 1 without measurements): the next size to measure. So the knee is found in a few steps,
    /// and no step goes far beyond known sizes. Nothing is assumed between two measured sizes.
    ///
    /// Measurements may be in any order and repeated; repetitions count by their median. A size of
    /// 1 should be among them, as the gain of the first sequences is taken from the smallest size.
    /// A dip between two sizes does not end the search: gains are taken along the concave hull. A
    /// single measurement that is too high is believed. A size of 0 and a throughput that is
    /// negative or not finite are ignored, and so are all if no size has any throughput.
    ///
    /// Allocates; takes n·log n time for n measurements.
    #[must_use]
    pub fn choose(&self, measured: &[Measurement]) -> Choice {
        let max_by_memory = self.max_by_memory();
        let knee = curve::knee(measured, share(self.min_gain, MIN_GAIN));
        let (wanted, bound_by) = match knee {
            None => (1, BoundBy::Unmeasured),
            Some(Knee {
                size, beyond: None, ..
            }) => (size.saturating_mul(2), BoundBy::Unmeasured),
            Some(Knee { size, .. }) => (size, BoundBy::Gain),
        };
        Choice {
            size: wanted.min(max_by_memory),
            bound_by: if max_by_memory < wanted {
                BoundBy::Memory
            } else {
                bound_by
            },
            max_by_memory,
            knee,
        }
    }

    fn max_by_memory(&self) -> u64 {
        let reserve = millionths(share(self.reserve, RESERVE));
        let reserve = (u128::from(self.free.get()) * u128::from(reserve)).div_ceil(1_000_000);
        let reserve = u64::try_from(reserve).unwrap_or(u64::MAX);
        let usable = self.free.get().saturating_sub(reserve);
        let fit = usable.checked_div(self.per_sequence.get());
        fit.unwrap_or(u64::MAX)
    }
}

/// A batch size, and the reason why it is not larger.
///
/// Its `Display` is one line: `8, to be measured next (memory allows 17)`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Choice {
    /// Number of sequences; 0 if not even one fits into memory.
    pub size: u64,
    /// The reason why it is not larger.
    pub bound_by: BoundBy,
    /// Number of sequences that fit into memory; `u64::MAX` if memory sets no bound.
    pub max_by_memory: u64,
    #[cfg_attr(feature = "serde", serde(skip))]
    knee: Option<Knee>,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beyond = self.knee.and_then(|knee| Some((knee.first, knee.beyond?)));
        match (self.bound_by, beyond) {
            (BoundBy::Memory, _) if self.size == 0 => {
                return f.write_str("0, no sequence fits into memory");
            }
            (BoundBy::Memory, _) => return write!(f, "{}, limited by memory", self.size),
            (BoundBy::Gain, Some((first, beyond))) => {
                write!(
                    f,
                    "{}, limited by gain: the first sequence adds ",
                    self.size
                )?;
                let (size, gain) = (beyond.size, beyond.gain);
                write!(
                    f,
                    "{first:.1} tokens/s, each one up to {size} only {gain:.1}"
                )?;
            }
            _ => write!(f, "{}, to be measured next", self.size)?,
        }
        match self.max_by_memory {
            u64::MAX => f.write_str(" (memory sets no bound)"),
            max => write!(f, " (memory allows {max})"),
        }
    }
}

/// The bound of a batch size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum BoundBy {
    /// More sequences do not fit into memory.
    Memory,
    /// More sequences were measured and add too little throughput.
    Gain,
    /// No larger size was measured: this is the size to measure next.
    Unmeasured,
}

/// Returns `value` if it is a share, else the default.
fn share(value: f64, default: f64) -> f64 {
    if (0.0..=1.0).contains(&value) {
        value
    } else {
        default
    }
}

/// Converts a share to millionths: with whole numbers, a byte more memory is never a sequence less.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is from 0 to 1"
)]
fn millionths(share: f64) -> u64 {
    (share * 1e6).round() as u64
}

const RESERVE: f64 = to_f64(SAFETY) / 100.0;
const MIN_GAIN: f64 = 0.1;
