//! One family of a scrape: its description, its series, and the mistakes that refuse it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wf_instrument::histogram::HistogramSnapshot;

use crate::buckets::{Bounds, Buckets};
use crate::descriptor::{Descriptor, Kind};

/// Label names and values, sorted by name: the identity of a series within its family.
pub(crate) type Labels = Vec<(String, String)>;

/// A metric and all its series.
///
/// Built in one expression. The first mistake is kept and returned by
/// [`Families::add`](crate::Families::add), so building never fails halfway. Allocates a few
/// strings a series.
///
/// ```
/// use wf_exporter::Family;
///
/// let family = Family::counter("cache_hits", "Prompts found in the cache.")
///     .sample(&[("tier", "memory")], 41.0)
///     .sample(&[("tier", "disk")], 1.0);
/// assert_eq!(family.name(), "cache_hits_total");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a family is exported by `Families::add`"]
pub struct Family {
    pub(crate) name: Cow<'static, str>,
    pub(crate) kind: Kind,
    pub(crate) series: BTreeMap<Labels, Value>,
    pub(crate) mistake: Option<FamilyError>,
    help: Cow<'static, str>,
    /// True if the names of labels have not been checked before.
    checks_labels: bool,
}

impl Family {
    /// Creates a family of counts that only grow. `_total` is appended to a name that does not end
    /// in it.
    pub fn counter(name: &str, help: impl Into<Cow<'static, str>>) -> Self {
        Self::named(counter_name(name), help.into(), Kind::Counter)
    }

    /// Creates a family of values that go up and down.
    pub fn gauge(name: &str, help: impl Into<Cow<'static, str>>) -> Self {
        Self::named(name.to_owned(), help.into(), Kind::Gauge)
    }

    /// Creates a family of distributions: each sample is a [`Histogram`] or [`Buckets`].
    pub fn histogram(name: &str, help: impl Into<Cow<'static, str>>) -> Self {
        Self::named(name.to_owned(), help.into(), Kind::Histogram)
    }

    /// The family of a row of the catalogue, still without series.
    ///
    /// Its names are not checked here: a test checks those of the row, and the registry those that
    /// the annotated code declares.
    pub(crate) const fn of(row: &'static Descriptor) -> Self {
        Self::checked(Cow::Borrowed(row.name), row.kind, Cow::Borrowed(row.help))
    }

    /// A family whose names were checked before: by the registry, for metrics of the application.
    pub(crate) const fn checked(
        name: Cow<'static, str>,
        kind: Kind,
        help: Cow<'static, str>,
    ) -> Self {
        Self {
            name,
            kind,
            series: BTreeMap::new(),
            mistake: None,
            help,
            checks_labels: false,
        }
    }

    /// Adds a series. A label with an empty value is left out, as Prometheus takes it for none. A
    /// value that is not a number is kept out of the page.
    pub fn sample(mut self, labels: &[(&str, &str)], value: impl Into<Value>) -> Self {
        let added = self.insert(labels, value.into());
        self.mistake = self.mistake.or(added.err());
        self
    }

    /// Returns the name as it is written, with a counter's `_total`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The HELP text; may be empty.
    pub(crate) fn help(&self) -> &str {
        &self.help
    }

    /// Counter, gauge or histogram.
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns true if it has neither a sample nor a mistake.
    #[cfg(feature = "sense")]
    pub(crate) fn is_empty(&self) -> bool {
        self.series.is_empty() && self.mistake.is_none()
    }

    pub(crate) fn series(&self) -> impl Iterator<Item = (&Labels, &Value)> {
        self.series.iter()
    }

    fn named(name: String, help: Cow<'static, str>, kind: Kind) -> Self {
        let mistake = (!is_metric_name(&name)).then(|| FamilyError::Name { name: name.clone() });
        Self {
            mistake,
            checks_labels: true,
            ..Self::checked(Cow::Owned(name), kind, help)
        }
    }

    fn insert(&mut self, labels: &[(&str, &str)], value: Value) -> Result<(), FamilyError> {
        self.check_value(&value)?;
        if self.checks_labels {
            self.check_labels(labels)?;
        }
        let labels = owned(labels);
        match self.series.contains_key(&labels) {
            true => Err(FamilyError::repeated(&self.name, &labels)),
            false => {
                self.series.insert(labels, value);
                Ok(())
            }
        }
    }

    fn check_value(&self, value: &Value) -> Result<(), FamilyError> {
        let family = || self.name.clone().into_owned();
        match (self.kind, value) {
            (Kind::Histogram, Value::Histogram(_)) => Ok(()),
            (Kind::Histogram, Value::Buckets(buckets)) if buckets.is_sound() => Ok(()),
            (Kind::Histogram, Value::Buckets(_)) => Err(FamilyError::Buckets { family: family() }),
            (Kind::Counter | Kind::Gauge, Value::Number(_)) => Ok(()),
            (kind, _) => Err(FamilyError::Value {
                family: family(),
                kind,
            }),
        }
    }

    fn check_labels(&self, labels: &[(&str, &str)]) -> Result<(), FamilyError> {
        let reserved = |label: &str| label == "le" && self.kind == Kind::Histogram;
        for (at, &(label, _)) in labels.iter().enumerate() {
            let twice = labels[..at].iter().any(|&(before, _)| before == label);
            if !is_label_name(label) || reserved(label) || twice {
                return Err(FamilyError::Label {
                    family: self.name.clone().into_owned(),
                    label: label.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// The value of one series.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// The value of a counter or a gauge.
    Number(f64),
    /// Recorded samples of a histogram.
    Histogram(Histogram),
    /// Cumulative counts of a histogram, counted elsewhere.
    Buckets(Buckets),
}

/// Recorded samples, and the bounds of the buckets for formats that have fixed ones.
///
/// The samples keep their full resolution until the page is written. Holds a copy of them: 10 bytes
/// for each recorded bucket with a sample, so about 1 KiB for latencies.
///
/// ```
/// use wf_exporter::{Bounds, Family, Histogram};
/// use wf_instrument::histogram::HistogramSnapshot;
///
/// let samples: HistogramSnapshot = [1_500_000, 1_600_000_000].into_iter().collect();
/// let load = Histogram::new(samples, Bounds::seconds([2_000_000, 1_000_000_000]));
/// let family = Family::histogram("load_seconds", "Time to load a model.").sample(&[], load);
/// # assert_eq!(family.name(), "load_seconds");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    samples: HistogramSnapshot,
    bounds: Bounds,
}

impl Histogram {
    /// A distribution of `samples` with buckets at `bounds`.
    #[must_use]
    pub const fn new(samples: HistogramSnapshot, bounds: Bounds) -> Self {
        Self { samples, bounds }
    }

    /// The recorded samples.
    pub(crate) const fn samples(&self) -> &HistogramSnapshot {
        &self.samples
    }

    /// The bounds of the buckets.
    pub(crate) const fn bounds(&self) -> &Bounds {
        &self.bounds
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Histogram> for Value {
    fn from(histogram: Histogram) -> Self {
        Self::Histogram(histogram)
    }
}

impl From<Buckets> for Value {
    fn from(buckets: Buckets) -> Self {
        Self::Buckets(buckets)
    }
}

/// A family that would make the page unreadable, or that has another family's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FamilyError {
    /// The name cannot be written.
    #[error("metric name {name:?} is not of the form [a-zA-Z_][a-zA-Z0-9_]*; rename it")]
    Name {
        /// The name as it would be written.
        name: String,
    },
    /// A label's name cannot be written, is reserved, or is there twice.
    #[error(
        "label {label:?} of {family} is not of the form [a-zA-Z_][a-zA-Z0-9_]*, is reserved \
         (`__…`, `job`, `instance`, a histogram's `le`), or is there twice; rename it"
    )]
    Label {
        /// The family.
        family: String,
        /// The label's name.
        label: String,
    },
    /// A number in a histogram family, or a histogram in another.
    #[error("{family} is a {kind}, but a value of another type was added; use that type")]
    Value {
        /// The family.
        family: String,
        /// Its type.
        kind: Kind,
    },
    /// Bounds that do not ascend, or counts that fall.
    #[error(
        "the buckets of {family} have bounds that do not ascend or counts that fall; make them \
         cumulative"
    )]
    Buckets {
        /// The family.
        family: String,
    },
    /// Two series of one family have the same labels.
    #[error("{family} already has a series {{{labels}}}; add a label that differs")]
    Repeated {
        /// The family.
        family: String,
        /// The labels of both.
        labels: String,
    },
    /// The name belongs to a family of another type.
    #[error("{name} is already a {present} and cannot be a {added} too; rename one")]
    Kind {
        /// The name of both.
        name: String,
        /// The type that the name has.
        present: Kind,
        /// The type that was refused.
        added: Kind,
    },
    /// A histogram is written as `_bucket`, `_count` and `_sum`, and one of these is another
    /// family.
    #[error("{name} would be written under the same name as {by}; rename one")]
    Taken {
        /// The family that was refused.
        name: String,
        /// The family that is there.
        by: String,
    },
}

impl FamilyError {
    pub(crate) fn repeated(family: &str, labels: &Labels) -> Self {
        let labels: Vec<_> = labels.iter().map(|(l, v)| format!("{l}={v:?}")).collect();
        Self::Repeated {
            family: family.to_owned(),
            labels: labels.join(","),
        }
    }
}

/// The name with `_total` at its end, once.
pub(crate) fn counter_name(name: &str) -> String {
    let base = name.strip_suffix("_total").unwrap_or(name);
    [base, "_total"].concat()
}

/// Sorted, and without those that have no value: to Prometheus they are no labels.
fn owned(labels: &[(&str, &str)]) -> Labels {
    let valued = labels.iter().filter(|(_, value)| !value.is_empty());
    let mut owned: Labels = valued
        .map(|&(label, value)| (label.to_owned(), value.to_owned()))
        .collect();
    owned.sort_unstable();
    owned
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`: a metric name of the Prometheus data model, less the colon, which is
/// for recording rules.
pub(crate) fn is_metric_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    bytes.next().is_some_and(starts) && bytes.all(|b| starts(b) || b.is_ascii_digit())
}

/// A metric name that is not one of the labels that Prometheus sets itself: those that begin with
/// two underscores, and those of a target.
pub(crate) fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.starts_with("__") && !["instance", "job"].contains(&name)
}
