//! Knobs: settings of the application that are read and moved while it runs.
//!
//! The application keeps the setting; a [`Knob`] reads and moves it. There are three ways to make
//! one: [`Gate::knob`](crate::gate::Gate::knob) for the limit of an admission gate,
//! [`Knob::weak`] for an object that the application shares, such as a thread pool or a cache, and
//! [`Knob::new`] with two closures for everything else. [`Knob::for_role`] names the controller
//! that moves it. Controllers work on its [`Position`], a plain value.
//!
//! A knob that fails three times in a row is quarantined: it is not called again until
//! [`Knob::release`].

mod error;
mod position;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use self::error::{ApplyError, KnobError};
pub use self::position::{Bounds, Cost, Position, Role};

/// A setting of the application that is read and moved while it runs.
///
/// Values are whole numbers within bounds. A call costs what the application's closure costs. The
/// governor moves a knob at most once a tick, on its own thread.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use wf_govern::knob::Knob;
///
/// static CACHE_ENTRIES: AtomicU64 = AtomicU64::new(1000);
///
/// let mut knob = Knob::new(
///     "cache_entries",
///     100..=10_000,
///     || CACHE_ENTRIES.load(Ordering::Relaxed),
///     |value| {
///         CACHE_ENTRIES.store(value, Ordering::Relaxed);
///         Ok(value)
///     },
/// );
/// assert_eq!(knob.apply(2000)?, 2000);
/// assert!(knob.apply(99).is_err());
/// # Ok::<(), wf_govern::knob::KnobError>(())
/// ```
pub struct Knob {
    name: Arc<str>,
    role: Role,
    model: Option<Arc<str>>,
    unit: Cow<'static, str>,
    /// The object that the knob belongs to, in words.
    owner: &'static str,
    bounds: Bounds,
    cost: Cost,
    read: ReadFn,
    apply: ApplyFn,
    last: u64,
    failed_reads: Failures,
    failed_moves: Failures,
}

/// Reads the setting; `None` if its owner was dropped.
type ReadFn = Box<dyn FnMut() -> Option<u64> + Send>;

/// Moves the setting and returns the value that was set; `None` if its owner was dropped.
type ApplyFn = Box<dyn FnMut(u64) -> Option<Result<u64, ApplyError>> + Send>;

impl Knob {
    /// Creates a knob of two closures, with the role [`MANUAL`](Role::MANUAL).
    ///
    /// `read` returns the value in force, which is not the momentary use: after a limit was
    /// lowered, work above it may still run. `apply` sets a value and returns the value that it
    /// set, which may be another one. Both are called on the governor's thread, and on the thread
    /// that sets a knob or starts the governor. They should return within a millisecond.
    ///
    /// A value that `read` returns may be outside the bounds. It stays in force until the next
    /// move, which is to a value within them.
    pub fn new(
        name: impl Into<Arc<str>>,
        bounds: impl Into<Bounds>,
        mut read: impl FnMut() -> u64 + Send + 'static,
        mut apply: impl FnMut(u64) -> Result<u64, ApplyError> + Send + 'static,
    ) -> Self {
        Self::from_closures(
            name.into(),
            bounds.into(),
            Box::new(move || Some(read())),
            Box::new(move |value| Some(apply(value))),
        )
    }

    /// Creates a knob of a shared object, which it does not keep alive.
    ///
    /// As [`new`](Self::new), but the closures take the object as an argument. Once the object is
    /// dropped, the knob cannot be used, and its errors are [`KnobError::OwnerDropped`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use wf_govern::knob::{Knob, KnobError, Role};
    ///
    /// struct Pool(AtomicU64);
    ///
    /// impl Pool {
    ///     fn threads(&self) -> u64 {
    ///         self.0.load(Ordering::Relaxed)
    ///     }
    ///
    ///     fn resize(&self, threads: u64) -> u64 {
    ///         self.0.store(threads, Ordering::Relaxed);
    ///         threads
    ///     }
    /// }
    ///
    /// let pool = Arc::new(Pool(AtomicU64::new(4)));
    /// let mut knob = Knob::weak("threads", 1..=16, &pool, Pool::threads, |pool, threads| {
    ///     Ok(pool.resize(threads))
    /// })
    /// .for_role(Role::WORKERS);
    /// assert_eq!(knob.apply(8)?, 8);
    /// drop(pool);
    /// assert!(matches!(knob.apply(4), Err(KnobError::OwnerDropped { .. })));
    /// # Ok::<(), KnobError>(())
    /// ```
    pub fn weak<T: Send + Sync + 'static>(
        name: impl Into<Arc<str>>,
        bounds: impl Into<Bounds>,
        owner: &Arc<T>,
        mut read: impl FnMut(&T) -> u64 + Send + 'static,
        mut apply: impl FnMut(&T, u64) -> Result<u64, ApplyError> + Send + 'static,
    ) -> Self {
        let (read_from, apply_to) = (Arc::downgrade(owner), Arc::downgrade(owner));
        Self::from_closures(
            name.into(),
            bounds.into(),
            Box::new(move || Some(read(&*read_from.upgrade()?))),
            Box::new(move |value| Some(apply(&*apply_to.upgrade()?, value))),
        )
    }

    /// Creates a knob of the number of sequences that run at the same time.
    ///
    /// [`new`](Self::new) with the name `concurrency` and the role
    /// [`CONCURRENCY`](Role::CONCURRENCY).
    pub fn concurrency(
        bounds: impl Into<Bounds>,
        read: impl FnMut() -> u64 + Send + 'static,
        apply: impl FnMut(u64) -> Result<u64, ApplyError> + Send + 'static,
    ) -> Self {
        let role = Role::CONCURRENCY;
        Self::new(role.as_str(), bounds, read, apply).for_role(role)
    }

    /// Creates a knob of the number of threads that run the model.
    ///
    /// [`new`](Self::new) with the name `workers` and the role [`WORKERS`](Role::WORKERS).
    pub fn workers(
        bounds: impl Into<Bounds>,
        read: impl FnMut() -> u64 + Send + 'static,
        apply: impl FnMut(u64) -> Result<u64, ApplyError> + Send + 'static,
    ) -> Self {
        let role = Role::WORKERS;
        Self::new(role.as_str(), bounds, read, apply).for_role(role)
    }

    fn from_closures(name: Arc<str>, bounds: Bounds, read: ReadFn, apply: ApplyFn) -> Self {
        Self {
            name,
            role: Role::MANUAL,
            model: None,
            unit: Cow::Borrowed(""),
            owner: "the object that it belongs to",
            last: bounds.min(),
            bounds,
            cost: Cost::default(),
            read,
            apply,
            failed_reads: Failures::default(),
            failed_moves: Failures::default(),
        }
    }

    /// Sets the role, and the unit, steps and cost of that role.
    ///
    /// - [`CONCURRENCY`](Role::CONCURRENCY): sequences; a higher value takes memory.
    /// - [`WORKERS`](Role::WORKERS): threads, in the steps 1, 2, 3, 4, 6, 8, 12 and 16; a higher
    ///   value takes processor time.
    /// - [`MANUAL`](Role::MANUAL) and other roles: changes none of them.
    ///
    /// Call it before [`unit`](Self::unit), [`steps`](Self::steps) and [`costs`](Self::costs).
    #[must_use]
    pub fn for_role(mut self, role: Role) -> Self {
        self.role = role;
        if self.role == Role::CONCURRENCY {
            self.unit("sequences").costs(Cost::MEMORY)
        } else if self.role == Role::WORKERS {
            let steps = [1, 2, 3, 4, 6, 8, 12, 16];
            self.unit("threads").steps(steps).costs(Cost::CPU)
        } else {
            self
        }
    }

    /// Sets the model whose requests the knob serves, by its measured name.
    ///
    /// Without it the knob serves the requests of all models together. The governor moves one knob
    /// of each role and model, the first; further ones are shown and set by hand. A knob of a
    /// model that is not measured is left alone.
    #[must_use]
    pub fn for_model(mut self, model: impl Into<Arc<str>>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the name, which is unique within a governor.
    #[must_use]
    pub fn named(mut self, name: impl Into<Arc<str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the unit that is shown to people, in the plural: "threads", "bytes".
    #[must_use]
    pub fn unit(mut self, unit: impl Into<Cow<'static, str>>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Limits the governor's moves to these values; those out of bounds are ignored.
    #[must_use]
    pub fn steps(mut self, steps: impl IntoIterator<Item = u64>) -> Self {
        self.bounds = self.bounds.with_steps(steps);
        self
    }

    /// Sets the resources that a higher value takes.
    ///
    /// The governor does not raise the knob while one of them is short.
    #[must_use]
    pub const fn costs(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Sets the words for the object that the knob belongs to.
    pub(crate) const fn owned_by(mut self, owner: &'static str) -> Self {
        self.owner = owner;
        self
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Reads the value in force.
    ///
    /// # Errors
    /// [`KnobError::Panicked`], [`KnobError::OwnerDropped`] and [`KnobError::Quarantined`].
    pub fn read(&mut self) -> Result<u64, KnobError> {
        self.check_quarantine()?;
        let read = call(&self.name, || (self.read)());
        self.last = self.failed_reads.count(read)?;
        Ok(self.last)
    }

    /// Moves the setting, reads it back, and returns the value that is then in force.
    ///
    /// A value out of bounds is a mistake of the caller and no failure of the knob: it does not
    /// count towards quarantine, and neither does a dropped owner.
    ///
    /// # Errors
    /// [`KnobError`]: out of bounds, rejected, panicked, mismatch, owner dropped or quarantined.
    pub fn apply(&mut self, value: u64) -> Result<u64, KnobError> {
        self.check_quarantine()?;
        self.check_bounds(value)?;
        let moved = self.set(value);
        self.failed_moves.count(moved)
    }

    /// Ends the quarantine.
    pub fn release(&mut self) {
        self.failed_reads = Failures::default();
        self.failed_moves = Failures::default();
    }

    /// Reads the knob and returns its state as a plain value.
    pub fn position(&mut self) -> Position {
        let error = self.read().err();
        let error = error.map(|error| match error {
            KnobError::OwnerDropped { .. } => format!("{} was dropped", self.owner),
            error => error.to_string(),
        });
        Position {
            name: self.name.clone(),
            role: self.role.clone(),
            model: self.model.clone(),
            unit: self.unit.clone(),
            value: self.last,
            bounds: self.bounds.clone(),
            cost: self.cost,
            error,
        }
    }

    fn set(&mut self, value: u64) -> Result<u64, KnobError> {
        let result = call(&self.name, || (self.apply)(value))?;
        let knob = self.name.clone();
        let applied = match result {
            Ok(applied) => applied,
            Err(source) => {
                return Err(KnobError::Rejected {
                    knob,
                    value,
                    source,
                });
            }
        };
        let read = self.read()?;
        if read == applied {
            Ok(read)
        } else {
            Err(KnobError::Mismatch {
                knob,
                applied,
                read,
            })
        }
    }

    fn check_quarantine(&self) -> Result<(), KnobError> {
        let failures = self.failed_reads.0.max(self.failed_moves.0);
        if failures < QUARANTINE_AFTER {
            return Ok(());
        }
        let knob = self.name.clone();
        Err(KnobError::Quarantined { knob, failures })
    }

    fn check_bounds(&self, value: u64) -> Result<(), KnobError> {
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

impl fmt::Debug for Knob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knob")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("bounds", &self.bounds)
            .field("failed_reads", &self.failed_reads.0)
            .field("failed_moves", &self.failed_moves.0)
            .finish_non_exhaustive()
    }
}

/// Number of failures in a row of one of the closures.
#[derive(Clone, Copy, Debug, Default)]
struct Failures(u32);

impl Failures {
    fn count<T>(&mut self, result: Result<T, KnobError>) -> Result<T, KnobError> {
        self.0 = match result {
            Ok(_) => 0,
            Err(KnobError::OwnerDropped { .. }) => self.0,
            Err(_) => self.0.saturating_add(1),
        };
        result
    }
}

/// Calls a closure of the application. One that panics may leave the application's state
/// inconsistent; it is called again until it is quarantined.
fn call<T>(name: &Arc<str>, closure: impl FnOnce() -> Option<T>) -> Result<T, KnobError> {
    let result = catch_unwind(AssertUnwindSafe(closure))
        .map_err(|_| KnobError::Panicked { knob: name.clone() })?;
    result.ok_or_else(|| KnobError::OwnerDropped { knob: name.clone() })
}

/// One failure may be chance and two a race with another change; after three it is broken.
const QUARANTINE_AFTER: u32 = 3;
