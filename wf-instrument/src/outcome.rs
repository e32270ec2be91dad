//! The end of something that was measured.

/// The outcome of a call, a request or a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Outcome {
    /// Ran to its end.
    Ok,
    /// Returned or yielded an error.
    Error,
    /// Was dropped before its end.
    Cancelled,
    /// Unwound. Never recorded with `panic = "abort"`.
    Panicked,
}

impl Outcome {
    /// All of them, in the order of [`Outcome::index`].
    pub(crate) const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Cancelled, Self::Panicked];

    /// The outcome of a result: ok or error.
    #[inline]
    pub const fn of<T, E>(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(_) => Self::Error,
        }
    }

    /// Ok where `is_ok` returns true for the output, else an error.
    #[inline]
    pub fn ok_if<T: ?Sized>(output: &T, is_ok: impl FnOnce(&T) -> bool) -> Self {
        if is_ok(output) { Self::Ok } else { Self::Error }
    }

    /// An error where `is_error` returns true for the output, else ok.
    #[inline]
    pub fn error_if<T: ?Sized>(output: &T, is_error: impl FnOnce(&T) -> bool) -> Self {
        Self::ok_if(output, |output| !is_error(output))
    }

    /// The outcome of what is dropped before it is ended: panicked where the thread has begun to
    /// unwind since its beginning, else cancelled.
    pub(crate) const fn of_drop(has_unwound: bool) -> Self {
        if has_unwound {
            Self::Panicked
        } else {
            Self::Cancelled
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
