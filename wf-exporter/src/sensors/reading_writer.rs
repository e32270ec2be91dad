//! Readings of one scrape, written as families.

use std::collections::BTreeMap;

use wf_instrument::Nanos;
use wf_sense::Entry;

use super::labels::DeviceLabels;
use super::table::{TABLE, labels};
use crate::families::Families;
use crate::family::{Family, FamilyError};

/// Writes each reading that is present and not too old.
pub(super) struct ReadingWriter {
    now: Nanos,
    /// Added to the page at the end.
    written: Vec<Family>,
}

impl ReadingWriter {
    pub(super) const fn new(now: Nanos) -> Self {
        Self {
            now,
            written: Vec::new(),
        }
    }

    /// The numbers of `entries`, each with the labels of `device`.
    pub(super) fn write<'e>(
        &mut self,
        entries: impl IntoIterator<Item = Entry<'e>>,
        device: &DeviceLabels,
    ) {
        let mut found: BTreeMap<usize, Family> = BTreeMap::new();
        let present = entries
            .into_iter()
            .filter(|entry| entry.state().fresh(self.now, OLDEST).is_some());
        for entry in present {
            entry.numbers(|part, number| {
                let Some((place, row)) = TABLE.family(entry.row(), part) else {
                    return;
                };
                let family = found.remove(&place).unwrap_or_else(|| Family::of(row));
                let labels = device.and(labels(entry.row(), part));
                found.insert(place, family.sample(&labels, number));
            });
        }
        found.into_values().for_each(|family| self.add(family));
    }

    /// Adds a family that follows from no reading.
    pub(super) fn add(&mut self, family: Family) {
        if !family.is_empty() {
            self.written.push(family);
        }
    }

    /// Ends the scrape.
    ///
    /// # Errors
    /// The first family that was refused. The others are added all the same.
    pub(super) fn finish(self, families: &mut Families) -> Result<(), FamilyError> {
        families.add_all(self.written)
    }

    pub(super) const fn now(&self) -> Nanos {
        self.now
    }
}

/// Age past which a value is history: more than two scrape intervals of 15 s, the usual one.
pub(super) const OLDEST: Nanos = Nanos::from_secs(30);
