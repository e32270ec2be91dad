//! Sample values for histograms, and items that take turns.

use std::hint::black_box;
use std::sync::LazyLock;

/// Calls `with` for 4,096 values, repeatedly: log-uniform between 1 ns and 1 s, as latencies are.
///
/// One loop with one call: of `cycle().take(n)` the compiler makes three, and inlines `with` into
/// one of them only.
#[inline]
pub fn values(n: u64, mut with: impl FnMut(u64)) {
    let values = &**VALUES;
    for (at, _) in (0..n).enumerate() {
        with(values[at % values.len()]);
    }
}

/// Calls `with` for `n` of `items`, which take turns.
#[inline]
pub fn in_turn<T>(n: u64, items: &[T], mut with: impl FnMut(&T)) {
    let mut at = 0;
    for _ in 0..n {
        with(black_box(&items[at]));
        at += 1;
        if at == items.len() {
            at = 0;
        }
    }
}

static VALUES: LazyLock<Box<[u64; 4_096]>> = LazyLock::new(|| {
    // Marsaglia's xorshift with his triple 13, 7, 17.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    Box::new(std::array::from_fn(|_| (random() >> 34) >> (random() % 30)))
});
