//! Labels: names and values, and values chosen at run time, each resolved to its series.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::thread::allocate;

/// A label's name and value.
pub type Label = (Arc<str>, Arc<str>);

/// How many values a label may take at one site; what comes after goes to [`OVERFLOW`].
pub(crate) const VALUES: usize = 32;

/// The value under which everything past the limit is summed.
pub(crate) const OVERFLOW: &str = "(other)";

/// A series for each value of a label: grows to [`VALUES`] and never shrinks.
///
/// A lookup compares strings front to back, so the first values are found fastest: about 2 ns each. No lock.
pub(crate) struct LabelTable<T> {
    entries: [OnceLock<Box<Entry<T>>>; VALUES],
    overflow: OnceLock<Box<Entry<T>>>,
}

struct Entry<T> {
    value: Box<str>,
    series: T,
}

impl<T> LabelTable<T> {
    pub(crate) const fn new() -> Self {
        Self {
            entries: [const { OnceLock::new() }; VALUES],
            overflow: OnceLock::new(),
        }
    }

    /// The series of `value`, made by `make` where it is new and there is room, else the series of everything else.
    #[inline]
    pub(crate) fn get(&self, value: &str, make: impl FnOnce() -> T) -> &T {
        match self.find(value) {
            Some(series) => series,
            None => self.grow(value, make),
        }
    }

    /// Each value that was seen, and its series.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        let known = self.entries.iter().filter_map(OnceLock::get);
        let other = self.overflow.get().map(|entry| (OVERFLOW, &entry.series));
        known
            .map(|entry| (&*entry.value, &entry.series))
            .chain(other)
    }

    fn find(&self, value: &str) -> Option<&T> {
        let known = self.entries.iter().map_while(OnceLock::get);
        known
            .into_iter()
            .find(|entry| *entry.value == *value)
            .map(|entry| &entry.series)
    }

    #[cold]
    fn grow(&self, value: &str, make: impl FnOnce() -> T) -> &T {
        if let Some(other) = self.overflow.get() {
            // All places are taken, the last perhaps since we looked.
            return self.find(value).unwrap_or(&other.series);
        }
        // Made before it has a place: an allocator that records under a new value must not find a place half taken by its own thread.
        let entry = allocate(|| {
            Box::new(Entry {
                value: value.into(),
                series: make(),
            })
        });
        let mut made = Some(entry);
        let mut take = || {
            made.take()
                .unwrap_or_else(|| unreachable!("a place that was filled has its value"))
        };
        for place in &self.entries {
            // Whoever is first fills the place. Where another thread was, with the same value, what was made is dropped.
            let entry = place.get_or_init(&mut take);
            if *entry.value == *value {
                return &entry.series;
            }
        }
        &self.overflow.get_or_init(take).series
    }
}

impl<T> fmt::Debug for LabelTable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(value, _)| value))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{AtomicU64, Ordering};

    #[test]
    fn values_past_the_limit_share_one_series() {
        let table = LabelTable::new();
        let series: Vec<_> = (0..VALUES + 5)
            .map(|i| *table.get(&format!("model-{i}"), || i))
            .collect();
        assert_eq!(series[..VALUES], (0..VALUES).collect::<Vec<_>>());
        assert!(series[VALUES..].iter().all(|&s| s == VALUES));
        assert_eq!(table.iter().last(), Some((OVERFLOW, &VALUES)));
    }

    #[test]
    fn threads_that_bring_the_same_values_share_their_series() {
        let table = LabelTable::new();
        let all = std::sync::Barrier::new(4);
        let made = AtomicU64::new(0);
        let found: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let look_up = || {
                all.wait();
                let next = || made.fetch_add(1, Ordering::Relaxed);
                (0..VALUES)
                    .map(|i| *table.get(&format!("model-{i}"), next))
                    .collect()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(look_up)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(found.iter().all(|series| *series == found[0]));
        assert_eq!(table.iter().count(), VALUES);
    }
}
