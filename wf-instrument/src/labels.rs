//! Labels: names and values, and sets of values chosen at run time, each resolved to its series.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::fork::without_fork;
use crate::thread::{allocate, allocating};

/// A label's name and value.
pub type Label = (Arc<str>, Arc<str>);

/// Number of sets of label values a site may have; events with further sets are summed under
/// [`OVERFLOW`].
pub(crate) const SETS: usize = 32;

/// The label value under which everything past the limit is summed.
pub(crate) const OVERFLOW: &str = "(other)";

/// The value of a label without a value, or with an empty one, which Prometheus treats as no label.
pub(crate) const NONE: &str = "(none)";

/// `value`, or [`NONE`] for an empty one.
pub(crate) fn shown(value: &str) -> &str {
    if value.is_empty() { NONE } else { value }
}

/// A series for each set of label values: grows to [`SETS`] and never shrinks.
///
/// A lookup compares with the sets in order, so the first sets are found fastest: about a
/// nanosecond for each value compared. No lock.
pub(crate) struct LabelTable<T> {
    entries: [OnceLock<Box<Entry<T>>>; SETS],
    overflow: OnceLock<Box<Entry<T>>>,
}

struct Entry<T> {
    values: Box<[Box<str>]>,
    series: T,
}

impl<T> Entry<T> {
    #[inline]
    fn is(&self, values: &[&str]) -> bool {
        self.values.len() == values.len()
            && self
                .values
                .iter()
                .zip(values)
                .all(|(ours, value)| **ours == **value)
    }
}

impl<T> LabelTable<T> {
    pub(crate) const fn new() -> Self {
        Self {
            entries: [const { OnceLock::new() }; SETS],
            overflow: OnceLock::new(),
        }
    }

    /// The series of `values`, made by `make` where they are new and there is room, else the series
    /// of all other values. `None` for an allocator that is allocating for this crate: it would
    /// recurse without end.
    #[inline]
    pub(crate) fn get(&self, values: &[&str], make: impl FnOnce() -> T) -> Option<&T> {
        match self.find(values) {
            None if allocating() => None,
            None => Some(self.grow(values, make)),
            found => found,
        }
    }

    /// As [`LabelTable::get`], and `None` for every set past the limit too.
    pub(crate) fn get_apart(&self, values: &[&str], make: impl FnOnce() -> T) -> Option<&T> {
        let full = || self.entries.last().is_some_and(|last| last.get().is_some());
        match self.find(values) {
            None if allocating() || full() => None,
            None => without_fork(|| self.place(values, make)).ok(),
            found => found,
        }
    }

    /// Every series. Allocates nothing.
    pub(crate) fn series(&self) -> impl Iterator<Item = &T> {
        let entries = self.entries.iter().chain([&self.overflow]);
        entries.filter_map(OnceLock::get).map(|entry| &entry.series)
    }

    /// Each set of values that was used, and its series; for the rest each value is [`OVERFLOW`].
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Vec<&str>, &T)> {
        let known = self.entries.iter().filter_map(OnceLock::get).map(|entry| {
            let values = entry.values.iter().map(|value| &**value);
            (values.collect(), &entry.series)
        });
        let other = self
            .overflow
            .get()
            .map(|entry| (vec![OVERFLOW; entry.values.len()], &entry.series));
        known.chain(other)
    }

    /// The series of a set that is known.
    #[inline]
    pub(crate) fn find(&self, values: &[&str]) -> Option<&T> {
        let mut known = self.entries.iter().map_while(OnceLock::get);
        known
            .find(|entry| entry.is(values))
            .map(|entry| &entry.series)
    }

    #[cold]
    fn grow(&self, values: &[&str], make: impl FnOnce() -> T) -> &T {
        if let Some(other) = self.overflow.get() {
            // All entries are taken, the last perhaps since the lookup.
            return self.find(values).unwrap_or(&other.series);
        }
        without_fork(|| match self.place(values, make) {
            Ok(series) => series,
            Err(unplaced) => &self.overflow.get_or_init(|| unplaced).series,
        })
    }

    /// The series of `values` in an entry of its own; the entry made for it where all are taken.
    fn place(&self, values: &[&str], make: impl FnOnce() -> T) -> Result<&T, Box<Entry<T>>> {
        // Made before it is inserted: an allocator that records under a new value must not find an
        // entry that its own thread is initialising.
        let entry = allocate(|| {
            Box::new(Entry {
                values: values.iter().map(|&value| value.into()).collect(),
                series: make(),
            })
        });
        let mut made = Some(entry);
        let mut take = || {
            made.take()
                .unwrap_or_else(|| unreachable!("a place that was filled has its value"))
        };
        for place in &self.entries {
            // The first thread fills the entry. Where another thread did, with the same values, the
            // new one is dropped.
            let entry = place.get_or_init(&mut take);
            if entry.is(values) {
                return Ok(&entry.series);
            }
        }
        Err(take())
    }
}

impl<T> fmt::Debug for LabelTable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(values, _)| values))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{AtomicU64, Ordering};

    #[test]
    fn sets_past_the_limit_share_one_series() {
        let table = LabelTable::new();
        let series: Vec<_> = (0..SETS + 5)
            .map(|i| *table.get(&["cpu", &format!("model-{i}")], || i).unwrap())
            .collect();
        assert_eq!(series[..SETS], (0..SETS).collect::<Vec<_>>());
        assert!(series[SETS..].iter().all(|&s| s == SETS));
        assert_eq!(table.iter().last(), Some((vec![OVERFLOW, OVERFLOW], &SETS)));
    }

    #[test]
    fn values_that_cannot_be_summed_have_no_series_past_the_limit() {
        let table = LabelTable::new();
        for i in 0..SETS {
            assert_eq!(table.get_apart(&[&format!("tier-{i}")], || i), Some(&i));
        }
        assert_eq!(table.get_apart(&["one more"], || SETS), None);
        assert_eq!(table.get_apart(&["tier-0"], || SETS), Some(&0));
        assert_eq!(table.iter().count(), SETS);
    }

    #[test]
    fn a_set_is_all_of_its_values_in_their_order() {
        let table = LabelTable::new();
        let sets: [&[&str]; 5] = [&["a", "b"], &["b", "a"], &["a"], &["ab"], &["a", "b", ""]];
        for (i, set) in sets.iter().enumerate() {
            assert_eq!(table.get(set, || i), Some(&i), "{set:?}");
        }
        assert_eq!(table.iter().count(), sets.len());
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
                (0..SETS)
                    .map(|i| *table.get(&[&format!("model-{i}")], next).unwrap())
                    .collect()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(look_up)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(found.iter().all(|series| *series == found[0]));
        assert_eq!(table.iter().count(), SETS);
    }
}
