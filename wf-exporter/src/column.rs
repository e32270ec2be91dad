//! Families whose values are read from one type: rows of the catalogue with their readers.

use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::Label;

use crate::buckets::Bounds;
use crate::descriptor::Descriptor;
use crate::family::{Family, Histogram, Value};

/// A family, and how its value is read from a `T`. One more metric is one more column.
#[derive(Debug)]
pub(crate) struct Column<T: 'static> {
    pub(crate) family: Descriptor,
    read: Read<T>,
}

#[derive(Debug)]
enum Read<T> {
    Number(fn(&T) -> f64),
    Samples(fn(&T) -> &HistogramSnapshot, &'static Bounds),
}

impl<T> Column<T> {
    /// A counter or gauge. A value that is not a number has no series.
    pub(crate) const fn number(family: Descriptor, read: fn(&T) -> f64) -> Self {
        Self {
            family,
            read: Read::Number(read),
        }
    }

    /// A histogram.
    pub(crate) const fn samples(family: Descriptor, read: fn(&T) -> &HistogramSnapshot) -> Self {
        let bounds = family.bounds.expect("the row of a histogram has bounds");
        Self {
            family,
            read: Read::Samples(read, bounds),
        }
    }

    /// The value of `from`.
    pub(crate) fn read(&self, from: &T) -> Value {
        match self.read {
            Read::Number(read) => read(from).into(),
            Read::Samples(read, bounds) => value(read(from), bounds),
        }
    }

    /// The family with a series for each of `rows`.
    pub(crate) fn fill<'a>(
        &'static self,
        rows: &'a [T],
        labels: impl Fn(&'a T) -> Vec<(&'a str, &'a str)>,
    ) -> Family {
        rows.iter().fold(Family::of(&self.family), |family, row| {
            family.sample(&labels(row), self.read(row))
        })
    }

    /// The same family with the buckets of a histogram at `bounds`.
    pub(crate) fn fill_at<'a>(
        &'static self,
        bounds: &Bounds,
        rows: &'a [T],
        labels: impl Fn(&'a T) -> Vec<(&'a str, &'a str)>,
    ) -> Family {
        let read = |row| match self.read {
            Read::Number(read) => read(row).into(),
            Read::Samples(read, _) => value(read(row), bounds),
        };
        rows.iter().fold(Family::of(&self.family), |family, row| {
            family.sample(&labels(row), read(row))
        })
    }
}

fn value(samples: &HistogramSnapshot, bounds: &Bounds) -> Value {
    Histogram::new(samples.clone(), bounds.clone()).into()
}

/// The labels of a row: those that its family always has, then those that the code declares.
pub(crate) fn pairs<'a>(
    always: &[(&'a str, &'a str)],
    labels: &'a [Label],
) -> Vec<(&'a str, &'a str)> {
    let labels = labels.iter().map(|(name, value)| (&**name, &**value));
    always.iter().copied().chain(labels).collect()
}
