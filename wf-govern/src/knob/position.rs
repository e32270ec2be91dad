//! The state of a knob as plain values.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The value of a knob at one moment, and the properties of the knob.
///
/// Its `Display` is one line: `concurrency 8 sequences (1 to 64)`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Position {
    /// Name of the knob.
    pub name: Arc<str>,
    /// Purpose of the knob.
    pub role: Role,
    /// The model whose requests it serves; `None` for those of all models.
    pub model: Option<Arc<str>>,
    /// Unit of the value; may be empty.
    pub unit: Cow<'static, str>,
    /// The value in force, or the last one known if the knob could not be read.
    pub value: u64,
    /// The values that the knob takes.
    pub bounds: Bounds,
    /// The resources that a higher value takes.
    pub cost: Cost,
    /// The reason why the knob cannot be used: it cannot be read or is quarantined.
    pub error: Option<String>,
}

impl Position {
    /// Returns true if the knob could be read and is not quarantined.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.error.is_none()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.value)?;
        if !self.unit.is_empty() {
            write!(f, " {}", self.unit)?;
        }
        match &self.error {
            None => write!(f, " ({})", self.bounds),
            Some(error) => write!(f, " ({}; not usable: {error})", self.bounds),
        }
    }
}

/// The purpose of a knob, which decides the controller that moves it.
///
/// An open set of names: each controller declares the role of the knobs that it moves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Role(Cow<'static, str>);

impl Role {
    /// Number of sequences that run at the same time.
    pub const CONCURRENCY: Self = Self::named("concurrency");

    /// Number of threads that run the model.
    pub const WORKERS: Self = Self::named("workers");

    /// Any other setting: shown by the governor, moved only by an operator.
    pub const MANUAL: Self = Self::named("manual");

    pub(crate) const fn named(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Returns the name: `concurrency`, `workers`, `manual` or that of another role.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The resources that a higher value of a knob takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Cost {
    /// Processor time.
    pub cpu: bool,
    /// Memory.
    pub memory: bool,
}

impl Cost {
    /// Processor time only.
    pub const CPU: Self = Self {
        cpu: true,
        memory: false,
    };

    /// Memory only.
    pub const MEMORY: Self = Self {
        cpu: false,
        memory: true,
    };
}

/// The lowest and the highest value of a knob, and the steps between them.
///
/// Its `Display` is `1 to 12`. Deserializing refuses an empty range, and steps out of it.
///
/// ```
/// use wf_govern::knob::Bounds;
///
/// let threads = Bounds::new(1..=12).with_steps([1, 2, 3, 4, 6, 8, 12, 16]);
/// assert_eq!(threads.above(4), Some(6));
/// assert_eq!(threads.below(5), Some(4));
/// assert_eq!(threads.above(12), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked"))]
pub struct Bounds {
    min: u64,
    max: u64,
    steps: Arc<[u64]>,
}

impl Bounds {
    /// Creates bounds of all whole numbers in `range`; an empty one is its start.
    ///
    /// No range is an error: `5..=2` has the value 5 alone, and `0..=0` the value 0 alone. A knob
    /// with one value is never moved away from it.
    #[must_use]
    pub fn new(range: RangeInclusive<u64>) -> Self {
        Self {
            min: *range.start(),
            max: *range.end().max(range.start()),
            steps: Arc::from([]),
        }
    }

    /// Limits moves to these steps.
    ///
    /// Those out of bounds are ignored; if none is left, every whole number is a step.
    #[must_use]
    pub fn with_steps(mut self, steps: impl IntoIterator<Item = u64>) -> Self {
        let mut within: Vec<u64> = steps.into_iter().filter(|&n| self.contains(n)).collect();
        within.sort_unstable();
        within.dedup();
        self.steps = within.into();
        self
    }

    /// Returns the lowest value.
    #[must_use]
    pub const fn min(&self) -> u64 {
        self.min
    }

    /// Returns the highest value.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// Returns true if `value` is within the bounds.
    ///
    /// It need not be on a step: an operator may set any value.
    #[must_use]
    pub const fn contains(&self, value: u64) -> bool {
        self.min <= value && value <= self.max
    }

    /// Returns the nearest value within the bounds.
    #[must_use]
    pub fn clamp(&self, value: u64) -> u64 {
        value.clamp(self.min, self.max)
    }

    /// Returns the next step above `value`; `None` if there is none.
    #[must_use]
    pub fn above(&self, value: u64) -> Option<u64> {
        let next = if self.steps.is_empty() {
            value.checked_add(1)
        } else {
            self.steps.iter().copied().find(|&n| n > value)
        };
        next.filter(|&n| self.contains(n))
    }

    /// Returns the next step below `value`; `None` if there is none.
    #[must_use]
    pub fn below(&self, value: u64) -> Option<u64> {
        let next = if self.steps.is_empty() {
            value.checked_sub(1)
        } else {
            self.steps.iter().copied().rfind(|&n| n < value)
        };
        next.filter(|&n| self.contains(n))
    }
}

impl From<RangeInclusive<u64>> for Bounds {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self::new(range)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.min, self.max)
    }
}

/// Bounds as they were written, before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    min: u64,
    max: u64,
    steps: Vec<u64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Bounds {
    type Error = String;

    fn try_from(Unchecked { min, max, steps }: Unchecked) -> Result<Self, String> {
        if min > max {
            return Err(format!("the range {min} to {max} is empty"));
        }
        let bounds = Self::new(min..=max);
        match steps.iter().find(|&&step| !bounds.contains(step)) {
            Some(step) => Err(format!("the step {step} is not within {bounds}")),
            None => Ok(bounds.with_steps(steps)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_range_is_its_start() {
        #[expect(clippy::reversed_empty_ranges, reason = "it is what is tested")]
        let bounds = Bounds::new(5..=2);
        assert_eq!((bounds.min(), bounds.max()), (5, 5));
        assert_eq!((bounds.above(5), bounds.below(5)), (None, None));
    }

    #[test]
    fn a_position_is_one_line() {
        let mut position = Position {
            name: "concurrency".into(),
            role: Role::CONCURRENCY,
            model: None,
            unit: "sequences".into(),
            value: 8,
            bounds: Bounds::new(1..=64),
            cost: Cost::MEMORY,
            error: None,
        };
        assert_eq!(position.to_string(), "concurrency 8 sequences (1 to 64)");
        position.unit = "".into();
        position.error = Some("its gate was dropped".to_owned());
        let text = "concurrency 8 (1 to 64; not usable: its gate was dropped)";
        assert_eq!(position.to_string(), text);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_position_is_read_back_as_it_was_written_and_bounds_are_checked() {
        let position = Position {
            name: "workers".into(),
            role: Role::WORKERS,
            model: None,
            unit: "threads".into(),
            value: 3,
            bounds: Bounds::new(1..=12).with_steps([1, 2, 4]),
            cost: Cost::CPU,
            error: None,
        };
        let json = serde_json::to_string(&position).unwrap();
        assert!(json.contains("\"role\":\"workers\""), "{json}");
        assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), position);
        for (refused, why) in [
            (
                r#"{"min":5,"max":2,"steps":[]}"#,
                "the range 5 to 2 is empty",
            ),
            (
                r#"{"min":1,"max":8,"steps":[4,9]}"#,
                "the step 9 is not within 1 to 8",
            ),
        ] {
            let refused = serde_json::from_str::<Bounds>(refused).unwrap_err();
            assert!(refused.to_string().contains(why), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn a_step_stays_within_the_bounds_and_in_its_direction(
            min in 0_u64..50,
            len in 0_u64..50,
            from: u64,
            steps in prop::collection::vec(0_u64..120, 0..9),
        ) {
            let bounds = Bounds::new(min..=min + len).with_steps(steps);
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
