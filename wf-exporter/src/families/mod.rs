//! What a scrape is made of, as plain values that are valid by construction.

mod error;
mod family;
mod histogram;
mod spelling;

use std::collections::BTreeMap;

pub use self::error::FamilyError;
pub(crate) use self::family::Labels;
pub use self::family::{Family, Kind, Value};
pub use self::histogram::Histogram;

/// The families of one scrape, in order of their names.
///
/// Whatever is added, the page stays one that Prometheus can read: a family that would break it is refused as a whole, told to
/// the caller, and counted in `wf_families_refused_total`.
///
/// ```
/// use wf_exporter::{Families, Family, FamilyError};
///
/// let mut families = Families::default();
/// families.add(Family::gauge("queue_depth", "Jobs that wait.").sample(&[("lane", "fast")], 3.0))?;
/// let broken = Family::gauge("queue depth", "A name with a space.").sample(&[], 1.0);
/// assert!(matches!(families.add(broken), Err(FamilyError::Name { .. })));
/// # Ok::<(), FamilyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Families {
    by_name: BTreeMap<String, Family>,
    refused: u64,
}

impl Families {
    /// Adds a family, or its series to the family that already has its name. All of it or nothing.
    ///
    /// # Errors
    ///
    /// The first mistake made while `family` was built; otherwise where its name, or one of the names under which a histogram is
    /// written, belongs to a family of another kind; or where one of its series is already there.
    pub fn add(&mut self, mut family: Family) -> Result<(), FamilyError> {
        let checked = match family.mistake.take() {
            Some(mistake) => Err(mistake),
            None => self.check(&family),
        };
        match checked {
            Ok(()) => self.merge(family),
            Err(_) => self.refused += 1,
        }
        checked
    }

    /// Adds every family of `others`: what cannot be added is counted, and so is what they had refused themselves.
    pub(crate) fn absorb(&mut self, others: Self) {
        self.refused += others.refused;
        for family in others.by_name.into_values() {
            self.offer(family);
        }
    }

    /// Adds a family whose refusal needs no other answer than to be counted.
    pub(crate) fn offer(&mut self, family: Family) {
        let _counted = self.add(family);
    }

    /// Replaces the values of series that are there by those of `family`, whose name is ours.
    pub(crate) fn renew(&mut self, family: Family) {
        self.merge(family);
    }

    /// How many families were refused.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// The families in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Family> {
        self.by_name.values()
    }

    fn check(&self, family: &Family) -> Result<(), FamilyError> {
        self.check_written_names(family)?;
        let Some(present) = self.by_name.get(&family.name) else {
            return Ok(());
        };
        if present.kind != family.kind {
            return Err(FamilyError::Kind {
                name: family.name.clone(),
                present: present.kind,
                added: family.kind,
            });
        }
        match family
            .series
            .keys()
            .find(|labels| present.series.contains_key(*labels))
        {
            Some(labels) => Err(FamilyError::repeated(&family.name, labels)),
            None => Ok(()),
        }
    }

    /// A histogram is written under three names besides its own, which no other family may have.
    fn check_written_names(&self, family: &Family) -> Result<(), FamilyError> {
        let taken = |by: &str| FamilyError::Taken {
            name: family.name.clone(),
            by: by.to_owned(),
        };
        for suffix in HISTOGRAM_SUFFIXES {
            if let Some(base) = family.name.strip_suffix(suffix)
                && self.is_histogram(base)
            {
                return Err(taken(base));
            }
            let written = [&family.name, suffix].concat();
            if family.kind == Kind::Histogram && self.by_name.contains_key(&written) {
                return Err(taken(&written));
            }
        }
        Ok(())
    }

    fn is_histogram(&self, name: &str) -> bool {
        self.by_name
            .get(name)
            .is_some_and(|family| family.kind == Kind::Histogram)
    }

    fn merge(&mut self, family: Family) {
        match self.by_name.get_mut(&family.name) {
            Some(present) => present.series.extend(family.series),
            None => {
                self.by_name.insert(family.name.clone(), family);
            }
        }
    }
}

/// What text 0.0.4 appends to a histogram's name.
const HISTOGRAM_SUFFIXES: [&str; 3] = ["_bucket", "_count", "_sum"];

#[cfg(test)]
mod tests;
