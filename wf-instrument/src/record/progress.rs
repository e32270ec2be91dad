//! The progress that an item of a stream brings.

use super::Stamp;

/// The progress of a generation that an item brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A number of tokens; none for a role or a keep-alive.
    ///
    /// They count when they are received. Items less than 100 µs apart count as received together
    /// and end one interval: a receiver that is late takes waiting items from its channel about
    /// that fast, and the time between such items is its own.
    ///
    /// So a source that makes more than 10,000 items a second for one request has no inter-token
    /// latency and no time per output token; its counts of tokens and its time to first token are
    /// exact. [`Progress::TokensAt`] records each interval, however short.
    Tokens(u64),
    /// A number of tokens that were made at that moment, whenever they are received.
    TokensAt(u64, Stamp),
    /// An error.
    Failed,
}

/// The return type of a judge of items: a [`Progress`], alone or with a flag for the last item of
/// the response.
pub trait Judgement {
    /// Splits it into the progress and whether the item is the last.
    fn into_parts(self) -> (Progress, bool);
}

impl Judgement for Progress {
    #[inline]
    fn into_parts(self) -> (Progress, bool) {
        (self, false)
    }
}

impl Judgement for (Progress, bool) {
    #[inline]
    fn into_parts(self) -> (Progress, bool) {
        self
    }
}

/// Pairs `progress` with the flag that `by` returns for `item`: true if the item is the last.
///
/// A function, so that the closure's argument has a type before its body is checked.
#[inline]
pub fn last<T: ?Sized>(
    progress: Progress,
    item: &T,
    by: impl FnOnce(&T) -> bool,
) -> (Progress, bool) {
    (progress, by(item))
}

/// The number of tokens that `by` counts in `item`. A function, so that the closure's argument has
/// a type before its body is checked.
#[inline]
pub fn count<T: ?Sized, N: IntoProgress>(item: &T, by: impl FnOnce(&T) -> N) -> Progress {
    by(item).into_progress()
}

/// A number of tokens, alone or with the moment they were made: the return type of a closure that
/// counts tokens.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of tokens",
    note = "use an integer of up to 64 bits or a `bool`, alone or in a pair with a `Stamp`"
)]
pub trait IntoProgress {
    /// Converts it into the progress that the item brought.
    fn into_progress(self) -> Progress;
}

impl<N: IntoTokens> IntoProgress for N {
    #[inline]
    fn into_progress(self) -> Progress {
        Progress::Tokens(self.into_tokens())
    }
}

impl<N: IntoTokens> IntoProgress for (N, Stamp) {
    #[inline]
    fn into_progress(self) -> Progress {
        Progress::TokensAt(self.0.into_tokens(), self.1)
    }
}

/// A number of tokens: any integer or a `bool`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of tokens",
    note = "use an integer of up to 64 bits or a `bool`"
)]
pub trait IntoTokens {
    /// The number of tokens.
    fn into_tokens(self) -> u64;
}

impl IntoTokens for usize {
    fn into_tokens(self) -> u64 {
        self as u64
    }
}

macro_rules! unsigned {
    ($($kind:ty)*) => {$(
        impl IntoTokens for $kind {
            fn into_tokens(self) -> u64 {
                self.into()
            }
        }
    )*};
}

macro_rules! signed {
    ($($kind:ty)*) => {$(
        impl IntoTokens for $kind {
            /// Below zero is none.
            fn into_tokens(self) -> u64 {
                self.try_into().unwrap_or(0)
            }
        }
    )*};
}

unsigned!(u8 u16 u32 u64);
// An integer literal without a type is an `i32`.
signed!(i8 i16 i32 i64 isize);

impl IntoTokens for bool {
    fn into_tokens(self) -> u64 {
        self.into()
    }
}
