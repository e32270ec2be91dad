//! What a sensor says: a value, nothing to measure, or no answer.

use std::borrow::Cow;

use crate::units::{Bytes, Nanos, Ratio};

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
        Self::Unknown(Cow::Borrowed("not read yet"))
    }
}

/// Everything that the sensors saw in one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// When the pass ended, on this process's clock.
    pub at: Nanos,
    /// Processors that this process may use: the CPU quota where there is one, else its affinity.
    pub cores: Reading<f64>,
    /// The process's share of those.
    pub process_cpu: Reading<Ratio>,
    /// The host's busy share of all its processors.
    pub host_cpu: Reading<Ratio>,
    /// Memory of this process that is resident.
    pub resident: Reading<Bytes>,
    /// Memory that this process may use: the container's limit where there is one, else the host's.
    pub memory_limit: Reading<Bytes>,
    /// The used share of that.
    pub memory: Reading<Ratio>,
    /// The share of time in which some task waited for a processor (PSI, 10 s average).
    pub cpu_pressure: Reading<Ratio>,
    /// The share of time in which some task waited for memory (PSI, 10 s average).
    pub memory_pressure: Reading<Ratio>,
    /// How long an I/O request waits for its device, on average.
    pub disk_wait: Reading<Nanos>,
    /// The busy share of the busiest GPU.
    pub gpu: Reading<Ratio>,
    /// The used share of that GPU's memory.
    pub gpu_memory: Reading<Ratio>,
}
