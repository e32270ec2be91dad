//! Counts and values of the application's own.

use crate::counter::Counter;
use crate::fork::without_fork;
use crate::gauge::Gauge;
use crate::registry;
use crate::site::{CounterSite, GaugeSite};
use crate::thread::{allocate, allocating, drop_one};

impl CounterSite {
    /// Counts `n` more.
    #[inline]
    pub fn add(&'static self, n: u64) {
        self.series.plain().add(n);
    }

    /// Counts `n` more with values for the site's labels.
    #[inline]
    pub fn add_with(&'static self, values: &[&str], n: u64) {
        self.series.of(values, Counter::new).add(n);
    }
}

impl GaugeSite {
    /// Replaces the value, which all sites of this name share.
    ///
    /// It is in snapshots from the first call on: a gauge that was never set has no value.
    #[inline]
    pub fn set(&'static self, value: f64) {
        let shared = || self.shared(&[]);
        let gauge = match self.gauge.get() {
            Some(known) => *known,
            // An allocator that sets a gauge must not wait for the registration that it is
            // allocating for.
            None if allocating() => None,
            None => without_fork(|| *self.gauge.get_or_init(shared)),
        };
        set_or_drop(gauge, value);
    }

    /// Replaces the value of the gauge with these values of the site's labels.
    ///
    /// Past the limit of sets the value is dropped: a shared series would show the value of one of
    /// the sets only.
    #[inline]
    pub fn set_with(&'static self, values: &[&str], value: f64) {
        let gauge = self.sets.get_apart(values, || self.shared(values));
        set_or_drop(gauge.copied().flatten(), value);
    }

    /// The gauge that all sites of this name and these values set.
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
