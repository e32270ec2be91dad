//! Sites that measure without a function to annotate.

use super::backend;
use super::error::RegistryError;
use super::{FrameSite, GenerationSite, SpanSite};
use crate::slo::Target;

/// Finds or adds a site that measures calls, for code that has no function to annotate.
///
/// It is the same one for the same name, that of an annotation without labels included.
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
#[inline]
pub fn span(name: &str, help: &str) -> Result<&'static SpanSite, RegistryError> {
    backend::span(name, help, &[])
}

/// Finds or adds a site as [`span`] does, where each call carries values of `labels`, in this
/// order.
///
/// It is the same one for the same name and labels. There is a series for each set of values, from
/// its first call on; past 32 sets, the rest share one whose values are "(other)". A call that
/// brings another number of values, or none, is recorded with "(none)" for each label; one with a
/// wrong number makes a [`Conflict`](super::Conflict), too.
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
#[inline]
pub fn labelled_span(
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<&'static SpanSite, RegistryError> {
    backend::span(name, help, labels)
}

/// Finds or adds a site of requests, for engines that push tokens from threads of their own.
///
/// It is the same one for the same name, that of an annotation without labels included. `target` is
/// the objective for the time to first token.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank or was given another target, the target's quantile is
/// not between 0 and 1, or [`LIMIT`](super::LIMIT) is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let chat = registry::generation("chat", "Chat completions.", None)?;
/// let request = chat.arrive();
/// let engine = std::thread::spawn(move || {
///     request.admitted();
///     request.prompt_tokens(12);
///     (0..3).for_each(|_| request.tokens(1));
///     request.end(Outcome::Ok);
/// });
/// # engine.join().unwrap();
/// # Ok::<(), registry::RegistryError>(())
/// ```
#[inline]
pub fn generation(
    name: &str,
    help: &str,
    target: Option<Target>,
) -> Result<&'static GenerationSite, RegistryError> {
    backend::generation(name, help, target, None)
}

/// Finds or adds a site as [`generation`] does, where each request carries its model and values of
/// `labels`, in this order.
///
/// It is the same one for the same name and labels. There is a series for each model and set of
/// values, from its first request on; past 32 of them, the rest share one whose values are
/// "(other)". A request that brings another number of values, or none, is recorded under the model
/// `name` with "(none)" for each label; one with a wrong number makes a
/// [`Conflict`](super::Conflict), too.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank or was given another target, the target's quantile is
/// not between 0 and 1, a label cannot be exported, or [`LIMIT`](super::LIMIT) is reached.
///
/// ```
/// use wf_instrument::{Outcome, registry};
///
/// let chat = registry::labelled_generation("chat", "Chat completions.", None, &["tenant"])?;
/// let request = chat.arrive_with(&["llama-8b", "tenant-a"]);
/// request.tokens(1);
/// request.end(Outcome::Ok);
/// # Ok::<(), registry::RegistryError>(())
/// ```
#[inline]
pub fn labelled_generation(
    name: &str,
    help: &str,
    target: Option<Target>,
    labels: &[&str],
) -> Result<&'static GenerationSite, RegistryError> {
    backend::generation(name, help, target, Some(labels))
}

/// Gives `model` its series, at zero, before its first request.
///
/// At every annotated function that names its model at each call and has no labels but literals,
/// and at every [`labelled_generation`] without labels. Call it at start for each model that is
/// served: a counter that appears with its first event hides that event from `increase()`. Not
/// needed for a model that is a literal (`model = "llama"`), which has its series from the start,
/// as have counters, gauges and histograms that are named in this module. As a first request does,
/// it takes one of the 32 sets of values. Locks and allocates.
///
/// ```
/// wf_instrument::registry::declare_model("llama-8b");
/// ```
#[inline]
pub fn declare_model(model: &str) {
    backend::declare_model(model);
}

/// Finds or adds a site of frames, with a target of `target_fps` frames per second (0: no target).
///
/// It is the same one for the same name, that of an annotation without labels included.
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
#[inline]
pub fn frame(name: &str, help: &str, target_fps: f64) -> Result<&'static FrameSite, RegistryError> {
    backend::frame(name, help, target_fps, &[])
}

/// Finds or adds a site as [`frame`] does, where each frame carries values of `labels`, in this
/// order.
///
/// It is the same one for the same name and labels. As for [`labelled_span`], a wrong number of
/// values is recorded and listed.
///
/// # Errors
///
/// [`RegistryError`] where the name is blank or was given another target, the target is negative or
/// not finite, a label cannot be exported, or [`LIMIT`](super::LIMIT) is reached.
#[inline]
pub fn labelled_frame(
    name: &str,
    help: &str,
    target_fps: f64,
    labels: &[&str],
) -> Result<&'static FrameSite, RegistryError> {
    backend::frame(name, help, target_fps, labels)
}
