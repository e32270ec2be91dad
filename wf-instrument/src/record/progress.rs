//! What an item of a stream says about the generation.

/// What an item brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many tokens; none for a role or a keep-alive.
    Tokens(u64),
    /// An error.
    Failed,
}

/// How many tokens `by` sees in `item`. A function, so that the closure's argument has a type before its body is looked at.
#[inline]
pub fn count<T: ?Sized, N: IntoTokens>(item: &T, by: impl FnOnce(&T) -> N) -> Progress {
    Progress::Tokens(by(item).into_tokens())
}

/// What a closure may return as a number of tokens.
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
