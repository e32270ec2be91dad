//! What the application counts itself, under its own names.

use std::borrow::Cow;

use wf_instrument::snapshot::{CounterMetrics, GaugeMetrics, HistogramMetrics, Unit};

use super::pairs;
use crate::bounds::{self, Bounds, to_f64};
use crate::families::{Families, Family};

pub(super) fn counters(rows: &[CounterMetrics], families: &mut Families) {
    for row in rows {
        let help = help(&row.help, "A counter of the application.");
        let family = Family::counter(&row.name, help);
        families.offer(family.sample(&pairs(&[], &row.labels), to_f64(row.value)));
    }
}

pub(super) fn gauges(rows: &[GaugeMetrics], families: &mut Families) {
    for row in rows {
        let help = help(&row.help, "A gauge of the application.");
        let family = Family::gauge(&row.name, help);
        families.offer(family.sample(&pairs(&[], &row.labels), row.value));
    }
}

pub(super) fn histograms(rows: &[HistogramMetrics], families: &mut Families) {
    for row in rows {
        let help = help(&row.help, "A distribution measured by the application.");
        let family = Family::histogram(&row.name, help);
        let histogram = bounds_of(row.unit).count(&row.samples);
        families.offer(family.sample(&pairs(&[], &row.labels), histogram));
    }
}

/// Times get the bounds of spans, for they are mostly the same: what some part of the application took.
fn bounds_of(unit: Unit) -> Bounds {
    match unit {
        Unit::One => bounds::COUNT,
        Unit::Nanos => bounds::SPAN,
        Unit::Bytes => bounds::BYTES,
    }
}

/// A family without help is a finding of `promtool check metrics`.
fn help(told: &str, otherwise: &'static str) -> Cow<'static, str> {
    match told {
        "" => Cow::Borrowed(otherwise),
        _ => Cow::Owned(told.to_owned()),
    }
}
