//! The plan of a measurement: all that the expansion reads beside the function's own tokens.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Ident, LitStr};

use crate::args::Args;
use crate::args::expression::Expression;
use crate::args::frame_rate::FrameRate;
use crate::args::labels::Label;
use crate::args::slo::Slo;
use crate::crate_path::runtime;
use crate::item::function::Function;
use crate::return_type::Declared;

/// One measured place.
pub(crate) struct Plan {
    /// The path of the module that the expansion uses.
    pub(crate) runtime: TokenStream,
    /// A constant expression for the name of the series.
    pub(crate) name: TokenStream,
    pub(crate) help: String,
    pub(crate) labels: Vec<Label>,
    pub(crate) outcome_rule: Option<OutcomeRule>,
    pub(crate) returns: Option<Declared>,
    /// Statements in front of the measurement, from arguments that are blocks.
    pub(crate) setup: TokenStream,
    pub(crate) track_caller: bool,
    pub(crate) kind: MeasurementKind,
}

/// The outcome by a function of the returned value, in place of the rule about `Result`.
pub(crate) enum OutcomeRule {
    /// `ok_if`: anything else is an error.
    OkIf(Expression),
    /// `error_if`: anything else is ok.
    ErrorIf(Expression),
}

pub(crate) enum MeasurementKind {
    Span,
    Generation(Box<GenerationPlan>),
    Frame { target_fps: Option<FrameRate> },
}

/// Arguments of a generation.
pub(crate) struct GenerationPlan {
    pub(crate) model: Option<Expression>,
    pub(crate) tokens: Option<Expression>,
    pub(crate) last: Option<Expression>,
    pub(crate) prompt_tokens: Option<Expression>,
    pub(crate) queued_at: Option<Expression>,
    pub(crate) slo: Option<Slo>,
}

impl Plan {
    /// Plans the measurement of `function`, which is in an impl block of `self_type` if known.
    pub(crate) fn new(mut args: Args, self_type: Option<&Ident>, function: &Function) -> Self {
        let setup = hoist_blocks(&mut args);
        Self {
            setup,
            runtime: runtime(args.runtime.as_ref()),
            name: name(args.name.as_ref(), self_type, function),
            help: function.help(),
            track_caller: function.has_track_caller(),
            labels: std::mem::take(&mut args.labels),
            returns: args.returns,
            outcome_rule: outcome_rule(args.ok_if.take(), args.error_if.take()),
            kind: kind(args),
        }
    }
}

/// Moves arguments that are blocks out of `args`, so that each runs once, in front of the body.
fn hoist_blocks(args: &mut Args) -> TokenStream {
    let functions = [
        (&mut args.tokens, "__wf_tokens"),
        (&mut args.last, "__wf_last"),
        (&mut args.ok_if, "__wf_ok_if"),
        (&mut args.error_if, "__wf_error_if"),
    ];
    let statements = functions.into_iter().filter_map(|(argument, name)| {
        let argument = argument.as_mut()?;
        let (statement, reference) = argument.hoisted(name)?;
        *argument = reference;
        Some(statement)
    });
    statements.collect()
}

fn outcome_rule(ok_if: Option<Expression>, error_if: Option<Expression>) -> Option<OutcomeRule> {
    let error_if = error_if.map(OutcomeRule::ErrorIf);
    ok_if.map(OutcomeRule::OkIf).or(error_if)
}

/// Returns the given name, or module, type where it is known, and function.
fn name(given: Option<&LitStr>, self_type: Option<&Ident>, function: &Function) -> TokenStream {
    if let Some(given) = given {
        return quote!(#given);
    }
    let self_type = self_type.map(|name| format!("{}::", name.unraw()));
    let function = function.sig.ident.unraw();
    let name = format!("::{}{function}", self_type.unwrap_or_default());
    quote!(::core::concat!(::core::module_path!(), #name))
}

fn kind(args: Args) -> MeasurementKind {
    if args.key("ttft").is_some() {
        return MeasurementKind::Generation(Box::new(GenerationPlan {
            model: args.model,
            tokens: args.tokens,
            last: args.last,
            prompt_tokens: args.prompt_tokens,
            queued_at: args.queued_at,
            slo: args.slo,
        }));
    }
    match args.key("frame") {
        Some(_) => MeasurementKind::Frame {
            target_fps: args.target_fps,
        },
        None => MeasurementKind::Span,
    }
}
