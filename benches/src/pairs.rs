//! Two variants of the same run, in turns.

use std::fmt;

use serde::Serialize;

/// The results of both variants for one quantity, pair by pair.
#[derive(Clone, Debug, Serialize)]
pub struct Pairs {
    /// The quantity.
    pub quantity: &'static str,
    /// One value per pair, with the change.
    pub with: Vec<f64>,
    /// One value per pair, without the change.
    pub without: Vec<f64>,
}

/// A median and its range.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// The middle value; the lower of two.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Pairs {
    /// Results without values.
    #[must_use]
    pub const fn new(quantity: &'static str) -> Self {
        Self {
            quantity,
            with: Vec::new(),
            without: Vec::new(),
        }
    }

    /// with / without, per pair.
    #[must_use]
    pub fn ratio(&self) -> Spread {
        let ratios = self
            .with
            .iter()
            .zip(&self.without)
            .map(|(with, without)| with / without);
        Spread::of(ratios.collect())
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} [{:.3}–{:.3}]", self.median, self.min, self.max)
    }
}

impl Spread {
    /// The spread of the values; NaN without any.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |i: usize| values.get(i).copied().unwrap_or(f64::NAN);
        Self {
            median: at(values.len().saturating_sub(1) / 2),
            min: at(0),
            max: at(values.len().saturating_sub(1)),
        }
    }
}

/// Runs both variants `rounds` times. The order alternates from pair to pair, so that drift of the
/// machine affects both equally.
///
/// # Errors
///
/// The first error of either variant.
pub fn take_turns<T>(
    rounds: usize,
    mut with: impl FnMut() -> Result<T, String>,
    mut without: impl FnMut() -> Result<T, String>,
) -> Result<Vec<(T, T)>, String> {
    let mut pair = |round: usize| {
        if round.is_multiple_of(2) {
            let without = without()?;
            Ok((with()?, without))
        } else {
            let with = with()?;
            Ok((with, without()?))
        }
    };
    (0..rounds).map(&mut pair).collect()
}
