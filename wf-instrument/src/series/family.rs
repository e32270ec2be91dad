//! The series of one place in the code: one, or one for each set of values that its labels take.

use crate::labels::{Label, LabelTable};
use crate::thread::drop_one;

/// Storage of kind `S`, and how its labels are called.
#[derive(Debug)]
pub(crate) struct Family<S> {
    labels: &'static [&'static str],
    plain: S,
    sets: LabelTable<S>,
}

impl<S> Family<S> {
    pub(crate) const fn new(plain: S) -> Self {
        Self {
            labels: &[],
            plain,
            sets: LabelTable::new(),
        }
    }

    /// Every event is told by values of `labels`.
    pub(crate) const fn label(&mut self, labels: &'static [&'static str]) {
        self.labels = labels;
    }

    pub(crate) const fn is_labelled(&self) -> bool {
        !self.labels.is_empty()
    }

    /// The series of events without a value.
    #[inline]
    pub(crate) const fn plain(&self) -> &S {
        &self.plain
    }

    /// The series of events with these values, made by `make` where they are new. An event that cannot have one is counted as lost.
    #[inline]
    pub(crate) fn of(&self, values: &[&str], make: impl FnOnce() -> S) -> &S {
        self.sets.get(values, make).unwrap_or_else(|| {
            drop_one();
            &self.plain
        })
    }

    /// The series of each set of values that was seen.
    pub(crate) fn sets(&self) -> impl Iterator<Item = (Vec<&str>, &S)> {
        self.sets.iter()
    }

    /// Every series. Allocates nothing.
    pub(crate) fn all(&self) -> impl Iterator<Item = &S> {
        [&self.plain].into_iter().chain(self.sets.series())
    }

    /// The series that may have events, each with its labels.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Vec<Label>, &S)> {
        let plain = (!self.is_labelled()).then_some((Vec::new(), &self.plain));
        let sets = self.sets();
        plain
            .into_iter()
            .chain(sets.map(|(values, series)| (self.pairs(&values), series)))
    }

    /// `values` with their names, sorted by name as rows have them. Values without a name are left out.
    pub(crate) fn pairs(&self, values: &[&str]) -> Vec<Label> {
        let pairs = self.labels.iter().zip(values);
        let mut pairs: Vec<Label> = pairs
            .map(|(&name, &value)| (name.into(), value.into()))
            .collect();
        pairs.sort();
        pairs
    }
}
