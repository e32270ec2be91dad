//! What a sensor says: a value, nothing to measure, or no answer.

use std::borrow::Cow;

use wf_instrument::Nanos;
use wf_instrument::clock;

/// Why there is no value, in words for people.
pub(super) type Reason = Cow<'static, str>;

/// What a source gave, or why it gave nothing.
pub(super) type ReadResult<T> = Result<T, Reason>;

/// One quantity as a sensor saw it.
///
/// A device that the machine does not have is *absent*: any upper bound on it holds. One that is there and cannot be read is
/// *unknown*: rules that need it do not fire. Neither is ever written as 0 or NaN.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading<T> {
    /// Read at `at` on this process's clock.
    Present {
        /// What was read.
        value: T,
        /// When.
        at: Nanos,
    },
    /// The machine has no such thing; the reason says how that is known.
    Absent(Cow<'static, str>),
    /// It could not be read; the reason says why.
    Unknown(Cow<'static, str>),
}

impl<T> Reading<T> {
    /// What was read just now, or why it could not be.
    pub(super) fn of(answer: ReadResult<T>) -> Self {
        Self::stamped(answer, clock::now())
    }

    /// What was read at `at`, or why it could not be.
    pub(super) fn stamped(answer: ReadResult<T>, at: Nanos) -> Self {
        match answer {
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

    /// The value, unless it is absent, unknown or older than `oldest` at `now`.
    pub fn fresh(&self, now: Nanos, oldest: Nanos) -> Option<&T> {
        match self {
            Self::Present { value, at } if now.since(*at) <= oldest => Some(value),
            _ => None,
        }
    }

    /// The value, however old.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Present { value, .. } => Some(value),
            _ => None,
        }
    }

    /// How old the value is at `now`; `None` where there is none.
    pub const fn age(&self, now: Nanos) -> Option<Nanos> {
        match self {
            Self::Present { at, .. } => Some(now.since(*at)),
            _ => None,
        }
    }

    /// Why there is no value; `None` where there is one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Present { .. } => None,
            Self::Absent(reason) | Self::Unknown(reason) => Some(reason),
        }
    }

    /// Whether the machine has no such thing.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    /// Converts the value by a function that may fail: the result is unknown then, for its reason.
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

    /// The same reading of another quantity that follows from it.
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

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self::Unknown(Cow::Borrowed("not read"))
    }
}
