//! What histograms are given.

use std::sync::LazyLock;

/// Hands 4,096 values, over and over, to `with`: log-uniform between 1 ns and 1 s, as a histogram sees them in the wild.
pub fn values(n: u64, mut with: impl FnMut(u64)) {
    let values = &*VALUES;
    let turns = usize::try_from(n).unwrap_or(usize::MAX);
    values
        .iter()
        .cycle()
        .take(turns)
        .for_each(|&value| with(value));
}

static VALUES: LazyLock<Vec<u64>> = LazyLock::new(|| {
    // Marsaglia's xorshift with his triple 13, 7, 17.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..4_096)
        .map(|_| (random() >> 34) >> (random() % 30))
        .collect()
});
