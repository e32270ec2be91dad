//! How long to wait for a driver that failed.

use std::time::Duration;

/// Waits that double from one period on, up to [`LONGEST`].
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) const fn new(first: Duration) -> Self {
        Self { first, failures: 0 }
    }

    /// It works again: the next wait is the shortest.
    pub(super) const fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait now.
    pub(super) fn next(&mut self) -> Duration {
        let wait = self.first.saturating_mul(1 << self.failures.min(MOST));
        self.failures = self.failures.saturating_add(1);
        wait.min(LONGEST)
    }
}

/// A driver that is installed anew is seen within a minute, and trying costs nothing that counts.
const LONGEST: Duration = Duration::from_secs(60);

/// 2¹⁶ of the shortest sensible period are more than the longest wait.
const MOST: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_begin_again() {
        let mut backoff = Backoff::new(Duration::from_secs(1));
        let waits: Vec<u64> = (0..8).map(|_| backoff.next().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.reset();
        assert_eq!(backoff.next(), Duration::from_secs(1));
    }
}
