//! The change between two readings of a total.

use std::borrow::Cow;

use super::reading::{ReadResult, Reading};
use wf_instrument::{Nanos, Ratio};

/// A total to compare the next one with, and the last result.
///
/// Linux counts processor time in steps of 10 ms, so over less than [`SHORTEST`] a rate would be
/// mostly rounding. A read that soon returns the last result, with its moment.
#[derive(Debug)]
pub(super) struct Since<T, R> {
    earlier: Option<(T, Nanos)>,
    last: Reading<R>,
}

impl<T, R: Clone> Since<T, R> {
    pub(super) const fn new() -> Self {
        Self {
            earlier: None,
            last: Reading::Unknown(Cow::Borrowed("needs a second reading")),
        }
    }

    /// Compares `now` with the total before: `compare` gets the earlier total, the new one and the
    /// time between them, and may note in the new one what the next comparison needs.
    ///
    /// A total that cannot be read makes the comparison unknown, and the next one starts afresh.
    pub(super) fn read(
        &mut self,
        now: Reading<T>,
        compare: impl FnOnce(&T, &mut T, Nanos) -> ReadResult<R>,
    ) -> Reading<R> {
        let (mut total, at) = match now {
            Reading::Present { value, at } => (value, at),
            Reading::Absent(reason) => return self.reset(Reading::Absent(reason)),
            Reading::Unknown(reason) => return self.reset(Reading::Unknown(reason)),
        };
        if let Some((earlier, then)) = &self.earlier {
            let span = at.since(*then);
            if span < SHORTEST {
                return self.last.clone();
            }
            self.last = Reading::stamped(compare(earlier, &mut total, span), at);
        }
        self.earlier = Some((total, at));
        self.last.clone()
    }

    fn reset(&mut self, why: Reading<R>) -> Reading<R> {
        *self = Self::new();
        why
    }
}

/// The processor time from `before` to `now` as a share of what `cores` processors have in `span`.
pub(super) fn share(before: Nanos, now: Nanos, span: Nanos, cores: f64) -> ReadResult<Ratio> {
    let all = span.as_secs() * cores;
    Some(now.since(before).as_secs())
        .filter(|_| now >= before)
        .and_then(|used| Ratio::of(used, all))
        .ok_or("processor time went backwards".into())
}

const SHORTEST: Nanos = Nanos::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    fn rises() -> Since<u64, u64> {
        Since::new()
    }

    fn at(value: u64, millis: u64) -> Reading<u64> {
        Reading::Present {
            value,
            at: Nanos::from_millis(millis),
        }
    }

    fn rise(since: &mut Since<u64, u64>, value: u64, millis: u64) -> Reading<u64> {
        since.read(at(value, millis), |earlier, later, _| Ok(*later - earlier))
    }

    #[test]
    fn the_first_reading_of_a_total_is_no_rate() {
        assert_eq!(
            rise(&mut rises(), 5, 1_000).reason(),
            Some("needs a second reading")
        );
    }

    #[test]
    fn a_read_too_soon_returns_the_last_result_with_its_age() {
        let mut since = rises();
        rise(&mut since, 5, 1_000);
        assert_eq!(rise(&mut since, 6, 1_099).value(), None);
        assert_eq!(rise(&mut since, 9, 2_000), at(4, 2_000));
        assert_eq!(rise(&mut since, 99, 2_050), at(4, 2_000));
        assert_eq!(rise(&mut since, 11, 2_100), at(2, 2_100));
    }

    #[test]
    fn a_gap_in_the_totals_starts_afresh() {
        let mut since = rises();
        rise(&mut since, 5, 1_000);
        let gap = since.read(Reading::Unknown("no file".into()), |_, _, _| Ok(0));
        assert_eq!(gap.reason(), Some("no file"));
        assert_eq!(
            rise(&mut since, 50, 9_000).reason(),
            Some("needs a second reading")
        );
    }
}
