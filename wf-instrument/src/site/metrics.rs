//! Places that count or set something of the application's own.

use std::sync::OnceLock;

use crate::counter::Counter;
use crate::fork::without_fork;
use crate::gauge::Gauge;
use crate::labels::LabelTable;
use crate::registry;
use crate::series::Family;
use crate::thread::{allocate, allocating, drop_one};

/// A place that counts.
#[derive(Debug)]
pub struct CounterSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) counter: Family<Counter>,
}

impl CounterSite {
    /// Named `name`, without `_total`; `help` says what it counts.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            counter: Family::new(Counter::new()),
        }
    }

    /// Each count carries values of `labels`, in their order: by [`CounterSite::add_with`].
    #[doc(hidden)]
    #[must_use]
    pub const fn labelled(mut self, labels: &'static [&'static str]) -> Self {
        self.counter.label(labels);
        self
    }

    /// Every count carries these values of the labels: its series is there before the first of
    /// them.
    #[doc(hidden)]
    #[must_use]
    pub const fn known(mut self, values: &'static [&'static str]) -> Self {
        self.counter.know(values);
        self
    }

    /// Counts `n` more.
    #[inline]
    pub fn add(&'static self, n: u64) {
        self.counter.plain().add(n);
    }

    /// Counts `n` more with values for the site's labels.
    #[inline]
    pub fn add_with(&'static self, values: &[&str], n: u64) {
        self.counter.of(values, Counter::new).add(n);
    }
}

/// A place that sets a value.
#[derive(Debug)]
pub struct GaugeSite {
    pub(crate) name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    gauge: OnceLock<Option<&'static Gauge>>,
    sets: LabelTable<Option<&'static Gauge>>,
}

impl GaugeSite {
    /// Named `name`; `help` says what the value is.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            labels: &[],
            gauge: OnceLock::new(),
            sets: LabelTable::new(),
        }
    }

    /// Each value carries values of `labels`, in their order: by [`GaugeSite::set_with`].
    #[doc(hidden)]
    #[must_use]
    pub const fn labelled(mut self, labels: &'static [&'static str]) -> Self {
        self.labels = labels;
        self
    }

    /// Replaces the value: the same for every place that sets a gauge of this name. It is in
    /// snapshots from the first time on, since a gauge that was never set has no value.
    #[inline]
    pub fn set(&'static self, value: f64) {
        let shared = || self.shared(&[]);
        let gauge = match self.gauge.get() {
            Some(known) => *known,
            // An allocator that shows its bytes must not wait for the registration that it is
            // allocating for.
            None if allocating() => None,
            None => without_fork(|| *self.gauge.get_or_init(shared)),
        };
        set_or_drop(gauge, value);
    }

    /// Replaces the value of the gauge with these values of the site's labels. Past the limit of
    /// sets it is dropped: a shared series would show the value of one of the sets only.
    #[inline]
    pub fn set_with(&'static self, values: &[&str], value: f64) {
        let gauge = self.sets.get_apart(values, || self.shared(values));
        set_or_drop(gauge.copied().flatten(), value);
    }

    /// The gauge that every place of this name and these values sets.
    fn shared(&self, values: &[&str]) -> Option<&'static Gauge> {
        let labels: Vec<_> = self
            .labels
            .iter()
            .copied()
            .zip(values.iter().copied())
            .collect();
        allocate(|| registry::gauge_of_site(self.name, self.help, &labels).ok())
    }
}

fn set_or_drop(gauge: Option<&Gauge>, value: f64) {
    match gauge {
        Some(gauge) => gauge.set(value),
        None => drop_one(),
    }
}
