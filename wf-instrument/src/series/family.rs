//! The series of one site: one, or one for each set of label values.

use crate::labels::{Label, LabelTable, NONE, shown};
use crate::sync::{AtomicU64, Ordering};

/// Storage of kind `S`, and the names of its labels.
#[derive(Debug)]
pub(crate) struct Family<S> {
    labels: &'static [&'static str],
    /// The values that every event carries, where the code names them; none where they are known at
    /// run time only.
    known: &'static [&'static str],
    /// Values before those of the labels: one where each event may name its model.
    leading: usize,
    plain: S,
    sets: LabelTable<S>,
    /// Events with another number of values than was declared.
    mislabelled: AtomicU64,
}

impl<S> Family<S> {
    pub(crate) const fn new(plain: S) -> Self {
        Self {
            labels: &[],
            known: &[],
            leading: 0,
            plain,
            sets: LabelTable::new(),
            mislabelled: AtomicU64::new(0),
        }
    }

    /// Each set of values begins with the name of a model.
    pub(crate) const fn of_models(plain: S) -> Self {
        let mut family = Self::new(plain);
        family.leading = 1;
        family
    }

    /// Each event carries values of `labels`.
    pub(crate) const fn label(&mut self, labels: &'static [&'static str]) {
        self.labels = labels;
    }

    /// Every event carries these values of the labels.
    pub(crate) const fn know(&mut self, values: &'static [&'static str]) {
        self.known = values;
    }

    /// Makes the series of the values that are literals in the code, behind `leading`, so that it
    /// exists before its first event. Does nothing where a value is known at run time only.
    pub(crate) fn begin(&self, leading: &[&str], make: impl FnOnce() -> S) {
        let values: Vec<_> = leading.iter().chain(self.known).copied().collect();
        if !values.is_empty() && values.len() == self.width() {
            self.of(&values, make);
        }
    }

    pub(crate) const fn labels(&self) -> &'static [&'static str] {
        self.labels
    }

    pub(crate) const fn is_labelled(&self) -> bool {
        !self.labels.is_empty()
    }

    /// Number of values that an event must carry.
    pub(crate) const fn width(&self) -> usize {
        self.leading + self.labels.len()
    }

    /// Number of events that carried another number of values. They are in [`Family::plain`].
    pub(crate) fn mislabelled(&self) -> u64 {
        self.mislabelled.load(Ordering::Relaxed)
    }

    /// The series of events without a value.
    #[inline]
    pub(crate) const fn plain(&self) -> &S {
        &self.plain
    }

    /// The series of events with these values, made by `make` where they are new.
    #[inline]
    pub(crate) fn of(&self, values: &[&str], make: impl FnOnce() -> S) -> &S {
        match self.sets.find(values) {
            Some(known) => known,
            None => self.added(values, make),
        }
    }

    /// A set of another size than declared is never kept, so that only new sets need be checked.
    #[cold]
    fn added(&self, values: &[&str], make: impl FnOnce() -> S) -> &S {
        if values.len() != self.width() {
            // Relaxed, as in `mislabelled`: a count that stands for itself.
            self.mislabelled.fetch_add(1, Ordering::Relaxed);
            return &self.plain;
        }
        self.sets.get(values, make).unwrap_or(&self.plain)
    }

    /// The series of each set of values that an event has carried or the code names.
    pub(crate) fn sets(&self) -> impl Iterator<Item = (Vec<&str>, &S)> {
        self.sets.iter()
    }

    /// Every series. Allocates nothing.
    pub(crate) fn all(&self) -> impl Iterator<Item = &S> {
        [&self.plain].into_iter().chain(self.sets.series())
    }

    /// Each series with its labels; that of events without values, among labelled ones, only if it
    /// is `used`.
    pub(crate) fn rows(
        &self,
        used: impl FnOnce(&S) -> bool,
    ) -> impl Iterator<Item = (Vec<Label>, &S)> {
        let shown = !self.is_labelled() || used(&self.plain);
        let plain = shown.then(|| (self.no_values(), &self.plain));
        let sets = self.sets();
        plain
            .into_iter()
            .chain(sets.map(|(values, series)| (self.pairs(&values), series)))
    }

    /// The labels of events that carried no values.
    pub(crate) fn no_values(&self) -> Vec<Label> {
        self.pairs(&vec![NONE; self.labels.len()])
    }

    /// `values` with their names, sorted by name as rows have them.
    pub(crate) fn pairs(&self, values: &[&str]) -> Vec<Label> {
        let pairs = self.labels.iter().zip(values);
        let mut pairs: Vec<Label> = pairs
            .map(|(&name, &value)| (name.into(), shown(value).into()))
            .collect();
        pairs.sort();
        pairs
    }
}
