//! Descriptions of families, known without any data.

use std::fmt;

use wf_instrument::BaseUnit;

use crate::buckets::Bounds;

/// The description of a family: a row of the [catalogue](crate::catalog).
///
/// Plain data that lives as long as the program. Reading it costs nothing.
///
/// ```
/// let ttft = wf_exporter::catalog::families()
///     .find(|family| family.name == "wf_time_to_first_token_seconds")
///     .unwrap();
/// assert_eq!(ttft.kind.to_string(), "histogram");
/// assert_eq!(ttft.series_at_most(), None, "one set of series for each model");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Descriptor {
    /// Name as it is written, with a counter's `_total`.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// Unit of the values; the name ends with it.
    pub unit: BaseUnit,
    /// Labels that a series may have. A label without a value is left out.
    pub labels: &'static [LabelKey],
    /// True if labels that the annotated code declares (`labels(lane = "fast")`) are added.
    pub labels_of_code: bool,
    /// Bounds of the buckets of a histogram. The TTFT families have each declared target too.
    pub bounds: Option<&'static Bounds>,
    /// One or two sentences for readers of a dashboard.
    pub help: &'static str,
    /// The part of the process that the values come from.
    pub source: Source,
}

/// A label of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LabelKey {
    /// Name of the label.
    pub name: &'static str,
    /// All values that it can have; empty if they are known at run time only.
    pub values: &'static [&'static str],
}

/// The type of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A count that only grows.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// A distribution.
    Histogram,
}

/// The part of the process that a family's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// Requests to models, recorded by annotated code.
    Generations,
    /// Declared service level objectives, and the requests that they judge.
    Objectives,
    /// Calls of annotated functions.
    Spans,
    /// Frames drawn by annotated functions.
    Frames,
    /// Readings of the process, its control group and its host.
    Machine,
    /// Readings of GPUs.
    Gpus,
    /// The recorder and the exporter themselves.
    Exporter,
    /// The governor.
    Governor,
    /// Initial settings for this hardware.
    Hardware,
}

impl Descriptor {
    /// Most series that the family can have; `None` if that depends on data.
    ///
    /// A histogram has a series for each bound, and three more.
    #[must_use]
    pub fn series_at_most(&self) -> Option<usize> {
        let open = self.labels_of_code || self.labels.iter().any(|label| label.values.is_empty());
        let sets = self.labels.iter().map(|label| label.values.len());
        (!open).then(|| sets.product::<usize>() * self.series_per_label_set())
    }

    /// Series of one label set: 1, or those of a histogram's buckets, sum and count.
    #[must_use]
    pub fn series_per_label_set(&self) -> usize {
        // The infinite bound, the sum and the count.
        self.bounds.map_or(1, |bounds| bounds.len() + 3)
    }

    pub(crate) const fn counter(source: Source, name: &'static str, help: &'static str) -> Self {
        Self::new(source, name, Kind::Counter, help)
    }

    pub(crate) const fn gauge(source: Source, name: &'static str, help: &'static str) -> Self {
        Self::new(source, name, Kind::Gauge, help)
    }

    pub(crate) const fn histogram(
        source: Source,
        name: &'static str,
        bounds: &'static Bounds,
        help: &'static str,
    ) -> Self {
        let mut row = Self::new(source, name, Kind::Histogram, help);
        row.bounds = Some(bounds);
        row
    }

    pub(crate) const fn unit(mut self, unit: BaseUnit) -> Self {
        self.unit = unit;
        self
    }

    pub(crate) const fn labels(mut self, labels: &'static [LabelKey]) -> Self {
        self.labels = labels;
        self
    }

    /// These labels, and those that the annotated code declares.
    pub(crate) const fn labels_and_code(self, labels: &'static [LabelKey]) -> Self {
        let mut row = self.labels(labels);
        row.labels_of_code = true;
        row
    }

    const fn new(source: Source, name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            name,
            kind,
            unit: BaseUnit::None,
            labels: &[],
            labels_of_code: false,
            bounds: None,
            help,
            source,
        }
    }
}

impl LabelKey {
    /// A label whose values are known at run time only.
    pub(crate) const fn any(name: &'static str) -> Self {
        Self { name, values: &[] }
    }

    /// A label that has one of `values`.
    pub(crate) const fn one_of(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { name, values }
    }
}

impl fmt::Display for Kind {
    /// Writes it as text 0.0.4 does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

impl fmt::Display for Source {
    /// Writes a heading for documentation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generations => "Requests to models",
            Self::Objectives => "Service level objectives",
            Self::Spans => "Spans",
            Self::Frames => "Frames",
            Self::Machine => "The process, its control group and its host",
            Self::Gpus => "GPUs",
            Self::Exporter => "The recorder and the exporter",
            Self::Governor => "The governor",
            Self::Hardware => "Initial settings for this hardware",
        })
    }
}

/// The exported names of all values of an enum, as the values of a label.
#[cfg(feature = "govern")]
macro_rules! names {
    ($all:expr) => {{
        const NAMES: [&str; $all.len()] = {
            let mut names = [""; $all.len()];
            let mut at = 0;
            while at < names.len() {
                names[at] = $all[at].as_str();
                at += 1;
            }
            names
        };
        &NAMES
    }};
}
#[cfg(feature = "govern")]
pub(crate) use names;
