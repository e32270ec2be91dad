//! One family: a name, what it is for, and its series.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::error::FamilyError;
use super::histogram::Histogram;
use super::spelling::{is_label_name, is_metric_name};

/// Label names and values, sorted by name: what tells one series of a family from another.
pub(crate) type Labels = Vec<(String, String)>;

/// A metric and all its series.
///
/// Built in one expression. The first mistake is kept and told by [`Families::add`](super::Families::add), so building never
/// fails halfway. Allocates a few strings a series.
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
    pub(super) name: String,
    pub(super) help: Cow<'static, str>,
    pub(super) kind: Kind,
    pub(super) series: BTreeMap<Labels, Value>,
    pub(super) mistake: Option<FamilyError>,
}

impl Family {
    /// A count that only grows. `_total` is appended to a name that does not end in it.
    pub fn counter(name: &str, help: impl Into<Cow<'static, str>>) -> Self {
        let base = name.strip_suffix("_total").unwrap_or(name);
        Self::new([base, "_total"].concat(), help.into(), Kind::Counter)
    }

    /// A value that goes up and down.
    pub fn gauge(name: &str, help: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name.to_owned(), help.into(), Kind::Gauge)
    }

    /// A distribution: each sample is a [`Histogram`].
    pub fn histogram(name: &str, help: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name.to_owned(), help.into(), Kind::Histogram)
    }

    /// Adds a series. A label with an empty value is left out, as Prometheus takes it for none. A
    /// value that is not a number is kept out of the page.
    pub fn sample(mut self, labels: &[(&str, &str)], value: impl Into<Value>) -> Self {
        let added = self.insert(labels, value.into());
        self.mistake = self.mistake.or(added.err());
        self
    }

    /// The name as it is written, with a counter's `_total`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for; may be empty.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }

    /// Counter, gauge or histogram.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it has no samples, nor a mistake to be told.
    #[cfg(feature = "sense")]
    pub(crate) fn is_empty(&self) -> bool {
        self.series.is_empty() && self.mistake.is_none()
    }

    pub(crate) fn series(&self) -> impl Iterator<Item = (&Labels, &Value)> {
        self.series.iter()
    }

    fn new(name: String, help: Cow<'static, str>, kind: Kind) -> Self {
        let mistake = (!is_metric_name(&name)).then(|| FamilyError::Name { name: name.clone() });
        Self {
            name,
            help,
            kind,
            series: BTreeMap::new(),
            mistake,
        }
    }

    fn insert(&mut self, labels: &[(&str, &str)], value: Value) -> Result<(), FamilyError> {
        self.check_value(&value)?;
        let labels = self.labels(labels)?;
        match self.series.contains_key(&labels) {
            true => Err(FamilyError::repeated(&self.name, &labels)),
            false => {
                self.series.insert(labels, value);
                Ok(())
            }
        }
    }

    fn check_value(&self, value: &Value) -> Result<(), FamilyError> {
        let family = || self.name.clone();
        match (self.kind, value) {
            (Kind::Histogram, Value::Histogram(histogram)) if histogram.is_sound() => Ok(()),
            (Kind::Histogram, Value::Histogram(_)) => {
                Err(FamilyError::Buckets { family: family() })
            }
            (Kind::Counter | Kind::Gauge, Value::Number(_)) => Ok(()),
            (kind, _) => Err(FamilyError::Value {
                family: family(),
                kind,
            }),
        }
    }

    fn labels(&self, labels: &[(&str, &str)]) -> Result<Labels, FamilyError> {
        let mistake = |label: &str| FamilyError::Label {
            family: self.name.clone(),
            label: label.to_owned(),
        };
        let reserved = |label: &str| label == "le" && self.kind == Kind::Histogram;
        let mut owned = Labels::with_capacity(labels.len());
        for (at, &(label, value)) in labels.iter().enumerate() {
            let twice = labels[..at].iter().any(|&(before, _)| before == label);
            if !is_label_name(label) || reserved(label) || twice {
                return Err(mistake(label));
            }
            // To Prometheus a label without a value is no label, and the two are one series.
            if !value.is_empty() {
                owned.push((label.to_owned(), value.to_owned()));
            }
        }
        owned.sort_unstable();
        Ok(owned)
    }
}

/// What a family's numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A count that only grows.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// A distribution in cumulative buckets.
    Histogram,
}

impl fmt::Display for Kind {
    /// As text 0.0.4 spells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

/// What one series says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a counter or a gauge.
    Number(f64),
    /// Of a histogram.
    Histogram(Histogram),
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
