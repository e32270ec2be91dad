//! Places that measure without a function to annotate.

use super::RegistryError;
use super::store::{found_or_added, refuse};
use super::validate::check_site;
use crate::site::{FrameSite, GenerationSite, SiteRef, SpanSite};
use crate::slo::Target;

/// A place that measures calls, for code that has no function to annotate: the same one for the
/// same name, that of an annotation without labels included.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank, or [`LIMIT`](super::LIMIT) is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let decode = registry::span("decode", "One step of the batch.")?;
/// let call = decode.start();
/// call.end(Outcome::Ok);
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn span(name: &str, help: &str) -> Result<&'static SpanSite, RegistryError> {
    labelled_span(name, help, &[])
}

/// As [`span`], where each call carries values of `labels`, in this order: the same one for the
/// same name and labels.
///
/// There is a series for each set of values, from its first call on; past 32 sets, the rest share
/// one whose values are "(other)". A call that brings another number of values, or none, is
/// recorded with "(none)" for each label; one with a wrong number makes a
/// [`Conflict`](super::Conflict), too.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank, a label cannot be exported, or
/// [`LIMIT`](super::LIMIT) is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let step = registry::labelled_span("step", "One step of the batch.", &["phase"])?;
/// step.start_with(&["prefill"]).end(Outcome::Ok);
/// let _decoding = step.enter_with(&["decode"]);
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn labelled_span(
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<&'static SpanSite, RegistryError> {
    check_site(name, labels).map_err(|refused| refuse(false, name, refused))?;
    let known = |site: &SiteRef| match site {
        SiteRef::Span(site) if site.name == name && site.series.labels() == labels => Some(*site),
        _ => None,
    };
    found_or_added(name, known, || {
        let site = SpanSite::new(text(name), text(help)).labelled(texts(labels));
        let site = leaked(site);
        (site, SiteRef::Span(site))
    })
}

/// A place that answers requests with tokens, for engines that push them from threads of their own:
/// the same one for the same name, that of an annotation without labels included. `target` is how
/// soon the first token is promised.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank or was given another target, or
/// [`LIMIT`](super::LIMIT) is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let chat = registry::generation("chat", "Answers people.", None)?;
/// let request = chat.arrive();
/// let answer = std::thread::spawn(move || {
///     request.admitted();
///     request.prompt_tokens(12);
///     (0..3).for_each(|_| request.tokens(1));
///     request.end(Outcome::Ok);
/// });
/// # answer.join().unwrap();
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn generation(
    name: &str,
    help: &str,
    target: Option<Target>,
) -> Result<&'static GenerationSite, RegistryError> {
    requests(name, help, target, None)
}

/// As [`generation`], where each request carries its model and values of `labels`, in this order:
/// the same one for the same name and labels.
///
/// There is a series for each model and set of values, from its first request on; past 32 of them,
/// the rest share one whose values are "(other)". A request that brings another number of values,
/// or none, is recorded under the model `name` with "(none)" for each label; one with a wrong
/// number makes a [`Conflict`](super::Conflict), too.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank or was given another target, a label cannot be
/// exported, or [`LIMIT`](super::LIMIT) is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let chat = registry::labelled_generation("chat", "Answers people.", None, &["tenant"])?;
/// let request = chat.arrive_with(&["llama-8b", "tenant-a"]);
/// request.tokens(1);
/// request.end(Outcome::Ok);
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn labelled_generation(
    name: &str,
    help: &str,
    target: Option<Target>,
    labels: &[&str],
) -> Result<&'static GenerationSite, RegistryError> {
    requests(name, help, target, Some(labels))
}

/// With `labels`, each request names its model.
fn requests(
    name: &str,
    help: &str,
    target: Option<Target>,
    labels: Option<&[&str]>,
) -> Result<&'static GenerationSite, RegistryError> {
    let names = labels.unwrap_or_default();
    check_site(name, names).map_err(|refused| refuse(false, name, refused))?;
    let by_model = labels.is_some();
    let is_it = |site: &GenerationSite| {
        site.name == name && site.by_model == by_model && site.series.labels() == names
    };
    let known = |site: &SiteRef| match site {
        SiteRef::Generation(site) if is_it(site) => Some(*site),
        _ => None,
    };
    let found = found_or_added(name, known, || {
        let mut site = GenerationSite::new(text(name), text(help), target).labelled(texts(names));
        site.by_model = by_model;
        let site = leaked(site);
        (site, SiteRef::Generation(site))
    })?;
    same_target(name, found, target.is_none() || found.target == target)
}

/// A place that draws pictures, `target_fps` a second (0: none are promised): the same one for the
/// same name, that of an annotation without labels included.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank or was given another target, the target is negative or
/// not finite, or [`LIMIT`](super::LIMIT) is reached.
///
/// ```
/// use wf_instrument::registry;
///
/// let canvas = registry::frame("canvas", "The whole window.", 60.0)?;
/// {
///     let _drawing = canvas.enter();
/// }
/// # Ok::<(), registry::RegistryError>(())
/// ```
pub fn frame(name: &str, help: &str, target_fps: f64) -> Result<&'static FrameSite, RegistryError> {
    labelled_frame(name, help, target_fps, &[])
}

/// As [`frame`], where each picture carries values of `labels`, in this order: the same one for the
/// same name and labels. As for [`labelled_span`], a wrong number of values is recorded and listed.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank or was given another target, the target is negative or
/// not finite, a label cannot be exported, or [`LIMIT`](super::LIMIT) is reached.
pub fn labelled_frame(
    name: &str,
    help: &str,
    target_fps: f64,
    labels: &[&str],
) -> Result<&'static FrameSite, RegistryError> {
    check_site(name, labels)
        .and_then(|()| check_rate(name, target_fps))
        .map_err(|refused| refuse(false, name, refused))?;
    let known = |site: &SiteRef| match site {
        SiteRef::Frame(site) if site.name == name && site.series.labels() == labels => Some(*site),
        _ => None,
    };
    let found = found_or_added(name, known, || {
        let site = FrameSite::new(text(name), text(help), target_fps).labelled(texts(labels));
        let site = leaked(site);
        (site, SiteRef::Frame(site))
    })?;
    let same = target_fps <= 0.0 || found.target_fps.to_bits() == target_fps.to_bits();
    same_target(name, found, same)
}

fn check_rate(name: &str, target_fps: f64) -> Result<(), RegistryError> {
    match target_fps.is_finite() && target_fps >= 0.0 {
        true => Ok(()),
        false => Err(RegistryError::FrameRate {
            name: name.into(),
            target_fps: target_fps.to_string(),
        }),
    }
}

/// A second target for one place would be none of its series'.
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
