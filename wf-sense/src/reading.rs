//! A value read from the machine: present, absent or unknown.

use std::borrow::Cow;
use std::fmt;

use wf_instrument::Nanos;
use wf_instrument::clock;

/// The reason for no value, in words for people.
pub(super) type Reason = Cow<'static, str>;

/// A value that was read, or the reason why it was not.
pub(super) type ReadResult<T> = Result<T, Reason>;

/// A value read from the machine, or why there is none.
///
/// A value is *absent* if the machine has no such thing: any upper limit on it is kept. It is
/// *unknown* if it could not be read: rules that need it do not apply. Neither is ever written as 0
/// or NaN.
///
/// ```
/// use wf_sense::Reading;
///
/// let quota: Reading<f64> = Reading::Absent("no CPU quota".into());
/// assert_eq!(quota.value(), None);
/// assert_eq!(quota.to_string(), "absent: no CPU quota");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reading<T> {
    /// Read at `at` on this process's clock.
    Present {
        /// The value.
        value: T,
        /// Moment of the read.
        at: Nanos,
    },
    /// The machine has no such thing; the reason says how that is known.
    Absent(Cow<'static, str>),
    /// It could not be read; the reason says why.
    Unknown(Cow<'static, str>),
}

impl<T> Reading<T> {
    /// A result of this moment.
    pub(super) fn of(result: ReadResult<T>) -> Self {
        Self::stamped(result, clock::now())
    }

    /// A result of the moment `at`.
    pub(super) fn stamped(result: ReadResult<T>, at: Nanos) -> Self {
        match result {
            Ok(value) => Self::Present { value, at },
            Err(reason) => Self::Unknown(reason),
        }
    }

    /// The same reading of a reference to the value. Copies the reason where it has none.
    pub(super) fn as_ref(&self) -> Reading<&T> {
        match self {
            Self::Present { value, at } => Reading::Present { value, at: *at },
            Self::Absent(reason) => Reading::Absent(reason.clone()),
            Self::Unknown(reason) => Reading::Unknown(reason.clone()),
        }
    }

    /// Returns the value, unless it is absent, unknown or older than `oldest` at `now`.
    pub fn fresh(&self, now: Nanos, oldest: Nanos) -> Option<&T> {
        match self {
            Self::Present { value, at } if now.since(*at) <= oldest => Some(value),
            _ => None,
        }
    }

    /// Returns the value, however old.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Present { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Returns the age of the value at `now`; `None` if there is no value.
    pub const fn age(&self, now: Nanos) -> Option<Nanos> {
        match self {
            Self::Present { at, .. } => Some(now.since(*at)),
            _ => None,
        }
    }

    /// Returns why there is no value; `None` if there is one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Present { .. } => None,
            Self::Absent(reason) | Self::Unknown(reason) => Some(reason),
        }
    }

    /// Returns whether the machine has no such thing.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    /// Converts the value by a function that may fail. If it does, the result is unknown, with its
    /// reason.
    pub fn and_then<U>(
        self,
        convert: impl FnOnce(T) -> Result<U, Cow<'static, str>>,
    ) -> Reading<U> {
        match self {
            Self::Present { value, at } => Reading::stamped(convert(value), at),
            Self::Absent(reason) => Reading::Absent(reason),
            Self::Unknown(reason) => Reading::Unknown(reason),
        }
    }

    /// Converts the value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Present { value, at } => Reading::Present {
                value: convert(value),
                at,
            },
            Self::Absent(reason) => Reading::Absent(reason),
            Self::Unknown(reason) => Reading::Unknown(reason),
        }
    }
}

/// Writes the value, or why there is none.
impl<T: fmt::Display> fmt::Display for Reading<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present { value, .. } => value.fmt(f),
            Self::Absent(reason) => write!(f, "absent: {reason}"),
            Self::Unknown(reason) => write!(f, "unknown: {reason}"),
        }
    }
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self::Unknown(Cow::Borrowed("not read"))
    }
}
