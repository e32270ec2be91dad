//! How something that was measured ended.

/// The four ends of a call, a request or a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Ran to its end.
    Ok,
    /// Returned or yielded an error.
    Error,
    /// Was dropped before its end.
    Cancelled,
    /// Unwound. Never seen with `panic = "abort"`.
    Panicked,
}

impl Outcome {
    /// All of them, in the order of [`Outcome::index`].
    pub(crate) const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Cancelled, Self::Panicked];

    /// What a result says.
    #[inline]
    pub const fn of<T, E>(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(_) => Self::Error,
        }
    }

    /// What a drop without a word means: the thread is unwinding, or somebody lost interest.
    pub(crate) fn of_drop() -> Self {
        if std::thread::panicking() {
            Self::Panicked
        } else {
            Self::Cancelled
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
