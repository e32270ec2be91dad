//! One device, and how its readings become series with its labels.

use wf_sense::Reading;

use super::labels::Labels;
use crate::family::Family;
use crate::sensors::told::Told;

/// Tells the readings of one device.
pub(super) struct Device<'a, 'b> {
    labels: Labels,
    told: &'a mut Told<'b>,
}

impl<'a, 'b> Device<'a, 'b> {
    pub(super) const fn new(labels: Labels, told: &'a mut Told<'b>) -> Self {
        Self { labels, told }
    }

    /// What always holds.
    pub(super) fn fact(&mut self, family: Family, more: &[(&'static str, &str)]) {
        self.told.add(family.sample(&self.labels.and(more), 1.0))
    }

    /// A value that goes up and down.
    pub(super) fn gauge<T>(
        &mut self,
        name: &str,
        help: &'static str,
        reading: &Reading<T>,
        number: impl FnOnce(&T) -> f64,
    ) {
        self.family(Family::gauge(name, help), reading, number, &[])
    }

    /// A total since the driver was loaded.
    pub(super) fn counter<T>(
        &mut self,
        name: &str,
        help: &'static str,
        reading: &Reading<T>,
        number: impl FnOnce(&T) -> f64,
    ) {
        self.family(Family::counter(name, help), reading, number, &[])
    }

    /// One of several series of a family, told apart by more labels.
    pub(super) fn family<T>(
        &mut self,
        family: Family,
        reading: &Reading<T>,
        number: impl FnOnce(&T) -> f64,
        more: &[(&'static str, &str)],
    ) {
        let labels = self.labels.and(more);
        self.told.family(family, reading, |family, value| {
            family.sample(&labels, number(value))
        })
    }
}
