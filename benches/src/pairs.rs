//! Two ways to run the same thing, taking turns.

use std::fmt;

use serde::Serialize;

/// The results of both ways for one quantity, pair by pair.
#[derive(Clone, Debug, Serialize)]
pub struct Pairs {
    /// The quantity.
    pub quantity: &'static str,
    /// One value a pair: with what is in question.
    pub with: Vec<f64>,
    /// One value a pair: without.
    pub without: Vec<f64>,
}

/// A median and the range that it comes from.
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
    /// Nothing measured yet.
    #[must_use]
    pub const fn new(quantity: &'static str) -> Self {
        Self {
            quantity,
            with: Vec::new(),
            without: Vec::new(),
        }
    }

    /// with / without, pair by pair.
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
    /// Of at least one value; NaN without any.
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

/// Runs both ways `rounds` times, the one that goes first changing from pair to pair, so that drift
/// of the machine hits both alike.
///
/// # Errors
///
/// The first error of either.
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
