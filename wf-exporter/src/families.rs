//! The families of one scrape, valid by construction.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::descriptor::Kind;
use crate::family::{Family, FamilyError};

/// The families of one scrape, in order of their names.
///
/// The page stays one that Prometheus can read: a family that would break it is refused as a whole.
/// The caller gets the reason, and `wf_families_refused_total` counts it.
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
    by_name: BTreeMap<Cow<'static, str>, Family>,
    refused: u64,
}

impl Families {
    /// Adds a family, or its series to the family that already has its name: all of it or nothing.
    ///
    /// # Errors
    ///
    /// The first mistake made while `family` was built. Otherwise an error if its name, or one of
    /// the names under which a histogram is written, belongs to a family of another type, or if one
    /// of its series is already there.
    pub fn add(&mut self, mut family: Family) -> Result<(), FamilyError> {
        let added = match family.mistake.take() {
            Some(mistake) => Err(mistake),
            None => self.check(&family),
        };
        match added {
            Ok(()) => self.merge(family),
            Err(_) => self.refused += 1,
        }
        added
    }

    /// Adds each family that it can.
    ///
    /// # Errors
    ///
    /// The first error of [`add`](Self::add), after all families were tried.
    #[cfg(feature = "sense")]
    pub(crate) fn add_all(
        &mut self,
        families: impl IntoIterator<Item = Family>,
    ) -> Result<(), FamilyError> {
        let mut added = Ok(());
        for family in families {
            added = added.and(self.add(family));
        }
        added
    }

    /// Adds every family of `others`. Counts those that clash with families that are here, and
    /// those that `others` had refused.
    pub(crate) fn absorb(&mut self, others: Self) {
        self.refused += others.refused;
        for family in others.by_name.into_values() {
            self.offer(family);
        }
    }

    /// Adds a family. If it is refused, that is counted and nothing else.
    pub(crate) fn offer(&mut self, family: Family) {
        let _counted = self.add(family);
    }

    /// Replaces the values of present series by those of `family`, one of the exporter's own.
    pub(crate) fn renew(&mut self, family: Family) {
        self.merge(family);
    }

    /// Counts families that were refused before they were made.
    pub(crate) const fn count_refused(&mut self, families: u64) {
        self.refused += families;
    }

    /// Number of families that were refused.
    pub(crate) const fn refused(&self) -> u64 {
        self.refused
    }

    /// The families in order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Family> {
        self.by_name.values()
    }

    fn check(&self, family: &Family) -> Result<(), FamilyError> {
        self.check_written_names(family)?;
        self.check_present(family)
    }

    fn check_present(&self, family: &Family) -> Result<(), FamilyError> {
        let Some(present) = self.by_name.get(&family.name) else {
            return Ok(());
        };
        if present.kind != family.kind {
            return Err(FamilyError::Kind {
                name: family.name.clone().into_owned(),
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
            name: family.name.clone().into_owned(),
            by: by.to_owned(),
        };
        for suffix in HISTOGRAM_SUFFIXES {
            if let Some(base) = family.name.strip_suffix(suffix)
                && self.is_histogram(base)
            {
                return Err(taken(base));
            }
            if family.kind == Kind::Histogram {
                let written = [&family.name, suffix].concat();
                if self.by_name.contains_key(&*written) {
                    return Err(taken(&written));
                }
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

/// Suffixes that text 0.0.4 appends to a histogram's name.
const HISTOGRAM_SUFFIXES: [&str; 3] = ["_bucket", "_count", "_sum"];

#[cfg(test)]
mod tests;
