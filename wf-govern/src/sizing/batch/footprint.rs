//! How much memory a sequence takes.

use wf_instrument::Bytes;

/// What one sequence holds while it is in the batch.
///
/// ```
/// use wf_instrument::Bytes;
/// use wf_govern::sizing::batch::Footprint;
///
/// // 32 layers · 8 heads · 128 dimensions · 2 bytes, for keys and for values.
/// let per_token = Bytes::new(2 * 32 * 8 * 128 * 2);
/// let footprint = Footprint { per_token, tokens: 4096, fixed: Bytes::new(0) };
/// assert_eq!(footprint.per_sequence(), Bytes::new(512 << 20));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Keys and values of one token in all layers: 2 · layers · heads for keys and values · dimensions of a head · bytes of a number.
    pub per_token: Bytes,
    /// Tokens of prompt and answer together, at most: what a sequence may grow to counts, not what it has when it is let in.
    pub tokens: u64,
    /// What does not grow with its tokens, such as its part of the work space.
    pub fixed: Bytes,
}

impl Footprint {
    /// `per_token · tokens + fixed`, at most `u64::MAX` bytes.
    #[must_use]
    pub const fn per_sequence(&self) -> Bytes {
        let tokens = self.per_token.get().saturating_mul(self.tokens);
        Bytes::new(tokens.saturating_add(self.fixed.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footprint_is_its_tokens_and_what_is_fixed_and_never_overflows() {
        for (per_token, tokens, fixed, bytes) in [
            (0, 0, 0, 0),
            (3, 5, 7, 22),
            (0, 5, 7, 7),
            (u64::MAX, 2, 0, u64::MAX),
            (1, u64::MAX, 1, u64::MAX),
        ] {
            let footprint = Footprint {
                per_token: Bytes::new(per_token),
                tokens,
                fixed: Bytes::new(fixed),
            };
            assert_eq!(footprint.per_sequence().get(), bytes, "{footprint:?}");
        }
    }
}
