//! Series and sites of run time: found by name and labels, or added.

use super::error::RegistryError;
use super::lookup::Lookup;
use super::store::{Series, find_or_add_site, histogram_of, refuse, series, sites};
use super::validate::{check_rate, check_site, check_target};
use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::histogram::Recorder;
use crate::image;
use crate::series::GenerationSeries;
use crate::site::{FrameSite, GenerationSite, SiteRef, SpanSite};
use crate::slo::Target;
use crate::units::Unit;

pub(super) use super::conflicts::conflicts;

type Found<T> = Result<&'static T, RegistryError>;

pub(super) fn counter(name: &str, help: &str, labels: &[(&str, &str)]) -> Found<Counter> {
    let lookup = Lookup::new(name, help, labels, "counter");
    match series(&lookup, || Series::Counter(Box::leak(Box::default())))? {
        Series::Counter(counter) => Ok(counter),
        other => Err(other.not_a("counter", name)),
    }
}

pub(super) fn gauge(name: &str, help: &str, labels: &[(&str, &str)]) -> Found<Gauge> {
    gauge_for(&Lookup::new(name, help, labels, "gauge"))
}

/// The gauge of a site in the code, whose name may be that of a counter in the code, too.
pub(crate) fn gauge_of_site(name: &str, help: &str, labels: &[(&str, &str)]) -> Found<Gauge> {
    gauge_for(&Lookup::new(name, help, labels, "gauge").of_site())
}

fn gauge_for(lookup: &Lookup<'_>) -> Found<Gauge> {
    match series(lookup, || Series::Gauge(Box::leak(Box::default())))? {
        Series::Gauge(gauge) => Ok(gauge),
        other => Err(other.not_a("gauge", lookup.name)),
    }
}

pub(super) fn histogram(
    name: &str,
    help: &str,
    unit: Unit,
    labels: &[(&str, &str)],
) -> Found<Recorder> {
    let make = || Series::Histogram(unit, Box::leak(Box::default()));
    match series(&Lookup::new(name, help, labels, histogram_of(unit)), make)? {
        Series::Histogram(_, recorder) => Ok(recorder),
        other => Err(other.not_a(histogram_of(unit), name)),
    }
}

pub(super) fn span(name: &str, help: &str, labels: &[&str]) -> Found<SpanSite> {
    check_site(name, labels).map_err(|refused| refuse(false, name, refused))?;
    let known = |site: &SiteRef| match site {
        SiteRef::Span(site) if site.name == name && site.series.labels() == labels => Some(*site),
        _ => None,
    };
    find_or_add_site(name, known, || {
        let site = SpanSite::new(text(name), text(help)).labelled(texts(labels));
        let site = leaked(site);
        (site, SiteRef::Span(site))
    })
}

/// With `labels`, each request names its model.
pub(super) fn generation(
    name: &str,
    help: &str,
    target: Option<Target>,
    labels: Option<&[&str]>,
) -> Found<GenerationSite> {
    let names = labels.unwrap_or_default();
    check_site(name, names)
        .and_then(|()| check_target(name, target))
        .map_err(|refused| refuse(false, name, refused))?;
    let by_model = labels.is_some();
    let is_it = |site: &GenerationSite| {
        site.name == name && site.by_model == by_model && site.series.labels() == names
    };
    let known = |site: &SiteRef| match site {
        SiteRef::Generation(site) if is_it(site) => Some(*site),
        _ => None,
    };
    let found = find_or_add_site(name, known, || {
        let mut site = GenerationSite::new(text(name), text(help), target).labelled(texts(names));
        site.by_model = by_model;
        let site = leaked(site);
        (site, SiteRef::Generation(site))
    })?;
    same_target(name, found, target.is_none() || found.target == target)
}

pub(super) fn frame(name: &str, help: &str, target_fps: f64, labels: &[&str]) -> Found<FrameSite> {
    check_site(name, labels)
        .and_then(|()| check_rate(name, target_fps))
        .map_err(|refused| refuse(false, name, refused))?;
    let known = |site: &SiteRef| match site {
        SiteRef::Frame(site) if site.name == name && site.series.labels() == labels => Some(*site),
        _ => None,
    };
    let found = find_or_add_site(name, known, || {
        let site = FrameSite::new(text(name), text(help), target_fps).labelled(texts(labels));
        let site = leaked(site);
        (site, SiteRef::Frame(site))
    })?;
    let same = target_fps <= 0.0 || found.target_fps.to_bits() == target_fps.to_bits();
    same_target(name, found, same)
}

/// Refuses a second target for one site: it would be the target of none of its series.
fn same_target<T>(name: &str, found: T, same: bool) -> Result<T, RegistryError> {
    match same {
        true => Ok(found),
        false => Err(refuse(
            false,
            name,
            RegistryError::Target { name: name.into() },
        )),
    }
}

pub(super) fn declare_model(model: &str) {
    for site in sites() {
        if let SiteRef::Generation(site) = site
            && site.by_model
        {
            site.series.begin(&[model], GenerationSeries::new);
        }
    }
}

pub(super) fn copies() -> Option<usize> {
    image::copies()
}

fn leaked<T>(site: T) -> &'static T {
    Box::leak(Box::new(site))
}

fn text(text: &str) -> &'static str {
    Box::leak(Box::from(text))
}

fn texts(labels: &[&str]) -> &'static [&'static str] {
    labels
        .iter()
        .map(|label| text(label))
        .collect::<Vec<_>>()
        .leak()
}
