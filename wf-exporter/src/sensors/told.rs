//! A reading as a family, if there is one to tell.

use wf_instrument::{Bytes, Nanos, Ratio};
use wf_sense::Reading;

use crate::buckets::to_f64;
use crate::families::Families;
use crate::family::{Family, FamilyError};

/// Where readings are told.
pub(super) struct Told<'a> {
    now: Nanos,
    families: &'a mut Families,
    /// The first family that was refused. The others are told all the same.
    mistake: Option<FamilyError>,
}

impl<'a> Told<'a> {
    pub(super) fn new(now: Nanos, families: &'a mut Families) -> Self {
        Self {
            now,
            families,
            mistake: None,
        }
    }

    /// A value that goes up and down.
    pub(super) fn gauge<T>(
        &mut self,
        name: &str,
        help: &'static str,
        reading: &Reading<T>,
        number: impl FnOnce(&T) -> f64,
    ) {
        self.family(Family::gauge(name, help), reading, |family, value| {
            family.sample(&[], number(value))
        })
    }

    /// A total since the process, the group or the host began.
    pub(super) fn counter<T>(
        &mut self,
        name: &str,
        help: &'static str,
        reading: &Reading<T>,
        number: impl FnOnce(&T) -> f64,
    ) {
        self.family(Family::counter(name, help), reading, |family, value| {
            family.sample(&[], number(value))
        })
    }

    /// Whatever samples a value has; a family without any is not told.
    pub(super) fn family<T>(
        &mut self,
        family: Family,
        reading: &Reading<T>,
        samples: impl FnOnce(Family, &T) -> Family,
    ) {
        if let Some(value) = reading.fresh(self.now, OLDEST) {
            self.add(samples(family, value));
        }
    }

    /// A family that is told as it is.
    pub(super) fn add(&mut self, family: Family) {
        if !family.is_empty() {
            let refused = self.families.add(family).err();
            self.mistake = self.mistake.take().or(refused);
        }
    }

    /// Whether everything could be told.
    ///
    /// # Errors
    /// The first family that was refused.
    pub(super) fn end(self) -> Result<(), FamilyError> {
        self.mistake.map_or(Ok(()), Err)
    }

    pub(super) const fn now(&self) -> Nanos {
        self.now
    }
}

pub(super) fn share(ratio: &Ratio) -> f64 {
    ratio.get()
}

pub(super) fn bytes(bytes: &Bytes) -> f64 {
    to_f64(bytes.get())
}

pub(super) fn seconds(span: &Nanos) -> f64 {
    span.as_secs()
}

pub(super) fn count(count: &u64) -> f64 {
    to_f64(*count)
}

/// Past two scrape intervals of 15 s, Prometheus' usual one, a value is history.
pub(super) const OLDEST: Nanos = Nanos::from_secs(30);
