//! Settings of the host application that can be read and moved while it runs.
//!
//! The application makes a [`Knob`] from two closures and hands it to the governor; it keeps the thing itself. What the pure stages of
//! the governor see of it is its [`Position`].

mod bounds;
mod error;

use std::fmt;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use self::bounds::Bounds;
pub use self::error::{KnobError, Refusal};

/// A setting that can be read and moved live: whole numbers within bounds.
///
/// Moving it costs what the application's closure costs; the governor moves a knob at most once a tick, from its own thread.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use wf_govern::knob::Knob;
///
/// let limit = Arc::new(AtomicU64::new(4));
/// let (shown, moved) = (limit.clone(), limit.clone());
/// let mut knob = Knob::concurrency(
///     1..=64,
///     move || shown.load(Ordering::Relaxed),
///     move |value| {
///         moved.store(value, Ordering::Relaxed);
///         Ok(value)
///     },
/// );
/// assert_eq!(knob.apply(8)?, 8);
/// assert_eq!(limit.load(Ordering::Relaxed), 8);
/// assert!(knob.apply(65).is_err());
/// # Ok::<(), wf_govern::knob::KnobError>(())
/// ```
pub struct Knob {
    name: Arc<str>,
    role: Role,
    unit: &'static str,
    bounds: Bounds,
    cost: Cost,
    read: Box<dyn FnMut() -> u64 + Send>,
    apply: Box<dyn FnMut(u64) -> Result<u64, Refusal> + Send>,
    last: u64,
    unread: Strikes,
    unmoved: Strikes,
}

impl Knob {
    /// A knob that the governor shows and that an operator may move; the governor does not move it by itself.
    ///
    /// `read` returns the set point that is in force, which is not the momentary use: after a lowered limit, work above it may still
    /// drain. `apply` returns the value that it set, which may be another one than was asked for. Both are called from the governor's
    /// thread, and from the thread that sets a knob or starts the governor, and should return within a millisecond.
    pub fn new(
        name: impl Into<Arc<str>>,
        range: RangeInclusive<u64>,
        read: impl FnMut() -> u64 + Send + 'static,
        apply: impl FnMut(u64) -> Result<u64, Refusal> + Send + 'static,
    ) -> Self {
        let bounds = Bounds::new(range);
        Self {
            name: name.into(),
            role: Role::Manual,
            unit: "",
            last: bounds.min(),
            bounds,
            cost: Cost::default(),
            read: Box::new(read),
            apply: Box::new(apply),
            unread: Strikes::default(),
            unmoved: Strikes::default(),
        }
    }

    /// How many sequences a model works on at the same time; the others wait. Named `concurrency`; more of it costs memory.
    pub fn concurrency(
        range: RangeInclusive<u64>,
        read: impl FnMut() -> u64 + Send + 'static,
        apply: impl FnMut(u64) -> Result<u64, Refusal> + Send + 'static,
    ) -> Self {
        Self::new(Role::Concurrency.as_str(), range, read, apply)
            .with_role(Role::Concurrency)
            .unit("sequences")
            .costs(Cost::MEMORY)
    }

    /// How many threads run the model. Named `workers`; more of it costs processor time. Moves in the notches 1, 2, 3, 4, 6, 8, 12,
    /// 16, unless others are set.
    pub fn workers(
        range: RangeInclusive<u64>,
        read: impl FnMut() -> u64 + Send + 'static,
        apply: impl FnMut(u64) -> Result<u64, Refusal> + Send + 'static,
    ) -> Self {
        Self::new(Role::Workers.as_str(), range, read, apply)
            .with_role(Role::Workers)
            .unit("threads")
            .notches([1, 2, 3, 4, 6, 8, 12, 16])
            .costs(Cost::CPU)
    }

    /// Under another name, where there are several of one role. Only the first of a role is moved by the governor.
    #[must_use]
    pub fn named(mut self, name: impl Into<Arc<str>>) -> Self {
        self.name = name.into();
        self
    }

    /// What one of it is, for people: "threads", "bytes".
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Moves only between these values; those out of range are left out.
    #[must_use]
    pub fn notches(mut self, notches: impl IntoIterator<Item = u64>) -> Self {
        self.bounds = self.bounds.with_notches(notches);
        self
    }

    /// What more of it uses up. While that is short, the governor does not raise it.
    #[must_use]
    pub const fn costs(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &Arc<str> {
        &self.name
    }

    #[cfg(feature = "governor")]
    pub(crate) const fn role(&self) -> Role {
        self.role
    }

    /// The value in force now.
    ///
    /// Three readings in a row that panic quarantine it: from then on it is not called until [`Knob::release`].
    ///
    /// # Errors
    /// [`KnobError::Panicked`] where the application's closure did, and [`KnobError::Quarantined`].
    pub fn read(&mut self) -> Result<u64, KnobError> {
        self.admit()?;
        let read = guarded(&self.name, || (self.read)());
        self.last = self.unread.judge(read)?;
        Ok(self.last)
    }

    /// Moves it, reads it back, and returns what is then in force.
    ///
    /// Three moves in a row that fail quarantine it, as do readings. A value out of bounds is the caller's failure and not the knob's.
    ///
    /// # Errors
    /// [`KnobError`]: out of bounds, refused, panicked, not taken or quarantined.
    pub fn apply(&mut self, value: u64) -> Result<u64, KnobError> {
        self.admit()?;
        self.within(value)?;
        let moved = self.turn(value);
        self.unmoved.judge(moved)
    }

    /// Forgets its failures, so that it is called again.
    pub fn release(&mut self) {
        self.unread = Strikes::default();
        self.unmoved = Strikes::default();
    }

    /// What the governor's pure stages see of it: where it stands now, and whether it can be moved.
    pub fn position(&mut self) -> Position {
        let usable = self.read().is_ok();
        Position {
            name: self.name.clone(),
            role: self.role,
            unit: self.unit,
            value: self.last,
            bounds: self.bounds.clone(),
            cost: self.cost,
            usable,
        }
    }

    const fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    fn turn(&mut self, value: u64) -> Result<u64, KnobError> {
        let answer = guarded(&self.name, || (self.apply)(value))?;
        let knob = self.name.clone();
        let applied = match answer {
            Ok(applied) => applied,
            Err(source) => {
                return Err(KnobError::Refused {
                    knob,
                    value,
                    source,
                });
            }
        };
        let found = self.read()?;
        if found == applied {
            Ok(found)
        } else {
            Err(KnobError::NotTaken {
                knob,
                applied,
                found,
            })
        }
    }

    fn admit(&self) -> Result<(), KnobError> {
        let failures = self.unread.0.max(self.unmoved.0);
        if failures < QUARANTINE_AFTER {
            return Ok(());
        }
        let knob = self.name.clone();
        Err(KnobError::Quarantined { knob, failures })
    }

    fn within(&self, value: u64) -> Result<(), KnobError> {
        if self.bounds.contains(value) {
            return Ok(());
        }
        let (min, max) = (self.bounds.min(), self.bounds.max());
        let knob = self.name.clone();
        Err(KnobError::OutOfBounds {
            knob,
            value,
            min,
            max,
        })
    }
}

/// Failures in a row of one of the closures.
#[derive(Clone, Copy, Debug, Default)]
struct Strikes(u32);

impl Strikes {
    fn judge<T>(&mut self, result: Result<T, KnobError>) -> Result<T, KnobError> {
        self.0 = match result {
            Ok(_) => 0,
            Err(_) => self.0.saturating_add(1),
        };
        result
    }
}

/// A closure that panicked halfway may have left the application's own state torn. That is for the application to say; we only stop
/// calling it after the third time.
fn guarded<T>(name: &Arc<str>, call: impl FnOnce() -> T) -> Result<T, KnobError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| KnobError::Panicked { knob: name.clone() })
}

impl fmt::Debug for Knob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knob")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("bounds", &self.bounds)
            .field("unread", &self.unread.0)
            .field("unmoved", &self.unmoved.0)
            .finish_non_exhaustive()
    }
}

/// What the governor uses a knob for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// How many sequences run at the same time.
    Concurrency,
    /// How many threads run the model.
    Workers,
    /// Shown, and moved by an operator only.
    Manual,
}

impl Role {
    /// In one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Concurrency => "concurrency",
            Self::Workers => "workers",
            Self::Manual => "manual",
        }
    }
}

/// What more of a knob uses up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Processor time.
    pub cpu: bool,
    /// Memory.
    pub memory: bool,
}

impl Cost {
    /// Processor time.
    pub const CPU: Self = Self {
        cpu: true,
        memory: false,
    };

    /// Memory.
    pub const MEMORY: Self = Self {
        cpu: false,
        memory: true,
    };
}

/// Where a knob stands, as a plain value.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The knob's name.
    pub name: Arc<str>,
    /// What the governor uses it for.
    pub role: Role,
    /// What one of it is.
    pub unit: &'static str,
    /// The value in force; the last one known where it could not be read.
    pub value: u64,
    /// The values that it takes.
    pub bounds: Bounds,
    /// What more of it uses up.
    pub cost: Cost,
    /// Whether it could be read and is not quarantined.
    pub usable: bool,
}

/// Once may be chance and twice a race with somebody else's change; a third time it is broken.
const QUARANTINE_AFTER: u32 = 3;

#[cfg(test)]
mod tests;
