//! Labels: names and values, and values chosen at run time, each resolved to its series.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::thread::allocate;

/// A label's name and value.
pub type Label = (Arc<str>, Arc<str>);

/// How many values a label may take at one site; what comes after goes to [`OVERFLOW`].
pub(crate) const VALUES: usize = 32;

/// The value under which everything past the limit is summed.
pub(crate) const OVERFLOW: &str = "(other)";

/// A series for each value of a label: grows to [`VALUES`] and never shrinks.
///
/// A lookup compares strings front to back, so the first values are found fastest: about 2 ns each. No lock but when a value is new.
pub(crate) struct LabelTable<T> {
    entries: [OnceLock<Box<Entry<T>>>; VALUES],
    overflow: OnceLock<Box<Entry<T>>>,
    growing: Mutex<()>,
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
            growing: Mutex::new(()),
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
        let all = self.entries.iter().chain([&self.overflow]);
        all.filter_map(|entry| entry.get().map(|entry| (&*entry.value, &entry.series)))
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
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = self.find(value) {
            return series;
        }
        let free = self.entries.iter().find(|entry| entry.get().is_none());
        let (place, value) = free.map_or((&self.overflow, OVERFLOW), |place| (place, value));
        let entry = place.get_or_init(|| {
            allocate(|| {
                Box::new(Entry {
                    value: value.into(),
                    series: make(),
                })
            })
        });
        &entry.series
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
}
