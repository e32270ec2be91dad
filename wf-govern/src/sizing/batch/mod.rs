//! How many sequences to run at the same time: as many as memory holds, and no more than are worth it.
//!
//! A step of an engine takes a fixed time (reading the weights) and a time for each sequence, so throughput rises steeply with the first
//! sequences, then ever less, while every sequence waits longer for its next token. Past the knee of that curve, more sequences
//! buy waiting. Where the knee lies is measured, not computed: it depends on model, device and length of the sequences.

mod curve;
mod explain;
mod footprint;
#[cfg(test)]
mod tests;

use self::curve::Knee;
pub use self::curve::Measured;
pub use self::footprint::Footprint;
use crate::number::to_f64;
use crate::sizing::budget::SAFETY;
use wf_instrument::Bytes;

/// What a batch may take, and what another sequence has to bring.
///
/// ```
/// use wf_instrument::Bytes;
/// use wf_govern::sizing::batch::{BoundBy, Measured, Sizing};
///
/// let sizing = Sizing::new(Bytes::new(10 << 30), Bytes::new(512 << 20));
/// let point = |size, tokens_per_second| Measured { size, tokens_per_second };
///
/// let unmeasured = sizing.choose(&[]);
/// assert_eq!((unmeasured.size, unmeasured.bound_by), (1, BoundBy::Measured));
///
/// let choice = sizing.choose(&[point(1, 100.0), point(2, 180.0), point(4, 300.0), point(8, 330.0)]);
/// assert_eq!((choice.size, choice.bound_by, choice.memory_allows), (4, BoundBy::Gain, 17));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizing {
    /// Memory for sequences: what is free, and what those that run hold now.
    pub free: Bytes,
    /// Memory that one sequence takes; see [`Footprint`]. With 0 bytes memory sets no bound: that is a footprint that nobody has
    /// measured.
    pub per_sequence: Bytes,
    /// The share of `free` that stays free: 0.15, the margin of a [budget](crate::sizing::budget). 0 is right where `free` is a part of a budget,
    /// whose margin is off already. What is not a share from 0 to 1 counts as the default.
    pub spare: f64,
    /// What each added sequence has to bring, as a share of what the first ones bring: 0.1. What is not a share from 0 to 1 counts as the
    /// default.
    ///
    /// Our choice. Where a step takes the time a + b·n for n sequences, throughput is n / (a + b·n), and the n-th sequence brings
    /// a² / (a + b·n)² of what the first does. A tenth is reached where a step takes √10 = 3.2 times as long as for a single one, with 68 %
    /// of the throughput that no batch exceeds; 90 % would take a batch 4.2 times as large and steps 10 times as long.
    pub worth: f64,
}

impl Sizing {
    /// Of memory that is free, of which the default share stays free.
    #[must_use]
    pub const fn new(free: Bytes, per_sequence: Bytes) -> Self {
        Self {
            free,
            per_sequence,
            spare: SPARE,
            worth: WORTH,
        }
    }

    /// Of a share of a [budget](crate::sizing::budget), whose safety margin is off already: all of it may be used.
    #[must_use]
    pub const fn within(share: Bytes, per_sequence: Bytes) -> Self {
        Self {
            spare: 0.0,
            ..Self::new(share, per_sequence)
        }
    }

    /// The size to run next, from measurements of this model on this device: in any order, with repetitions, or none at all.
    ///
    /// From the smallest measured size on, up while each added sequence is worth it, and never past what memory holds. Where even the largest
    /// measured size was worth it, twice that size (or 1, where nothing is measured): the size to measure next, so that the knee is
    /// found in a few steps and no step is far from what is known. Between two measured sizes nothing is assumed.
    ///
    /// Measure a size of 1 too: what the first sequences bring is taken from the smallest size, and from 8 together it looks like less.
    ///
    /// A dip between two sizes does not end the climb: the gain is taken along the concave hull. Repetitions count by their median; a
    /// single measurement that is too high is believed. A size of 0 and a throughput that is negative or no finite number are left out,
    /// and so is everything where no size brought a token.
    ///
    /// Allocates; n·log n time for n measurements.
    #[must_use]
    pub fn choose(&self, measured: &[Measured]) -> Choice {
        let memory_allows = self.memory_allows();
        let knee = curve::knee(measured, share(self.worth, WORTH));
        let (wanted, bound_by) = match knee {
            None => (1, BoundBy::Measured),
            Some(Knee {
                size, beyond: None, ..
            }) => (size.saturating_mul(2), BoundBy::Measured),
            Some(Knee { size, .. }) => (size, BoundBy::Gain),
        };
        Choice {
            size: wanted.min(memory_allows),
            bound_by: if memory_allows < wanted {
                BoundBy::Memory
            } else {
                bound_by
            },
            memory_allows,
            sizing: *self,
            knee,
        }
    }

    /// Memory for sequences, without what stays free.
    fn usable(&self) -> Bytes {
        let kept = millionths(share(self.spare, SPARE));
        let kept = (u128::from(self.free.get()) * u128::from(kept)).div_ceil(1_000_000);
        Bytes::new(self.free.get() - u64::try_from(kept).unwrap_or(u64::MAX).min(self.free.get()))
    }

    fn memory_allows(&self) -> u64 {
        let fit = self.usable().get().checked_div(self.per_sequence.get());
        fit.unwrap_or(u64::MAX)
    }
}

/// How many sequences to run at the same time, and why not more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// That number; 0 where not even one sequence fits.
    pub size: u64,
    /// Why not more.
    pub bound_by: BoundBy,
    /// How many fit into memory; `u64::MAX` where memory sets no bound.
    pub memory_allows: u64,
    sizing: Sizing,
    knee: Option<Knee>,
}

/// Why a batch is not larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoundBy {
    /// More do not fit into memory.
    Memory,
    /// More were measured, and were not worth it.
    Gain,
    /// There is no evidence about more: this is the size to measure next.
    Measured,
}

/// `value` where it is a share.
fn share(value: f64, default: f64) -> f64 {
    if (0.0..=1.0).contains(&value) {
        value
    } else {
        default
    }
}

/// A share as a whole number of millionths: memory is divided in whole numbers, so that a byte more of it never means a sequence less.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is from 0 to 1"
)]
fn millionths(share: f64) -> u64 {
    (share * 1e6).round() as u64
}

const SPARE: f64 = to_f64(SAFETY) / 100.0;
const WORTH: f64 = 0.1;
