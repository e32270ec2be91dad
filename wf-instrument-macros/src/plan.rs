//! What is to be measured, decided: the only thing that expansion looks at beside the function's own tokens.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Ident, LitStr};

use crate::args::expression::Code;
use crate::args::frame_rate::FrameRate;
use crate::args::labels::Label;
use crate::args::slo::Slo;
use crate::args::{Args, Given};
use crate::crate_path::runtime;
use crate::item::function::Function;
use crate::return_type::Stated;

/// One site.
pub(crate) struct Model {
    /// The path of the runtime's macro interface.
    pub(crate) runtime: TokenStream,
    /// An expression for the site's name, constant.
    pub(crate) name: TokenStream,
    pub(crate) help: String,
    pub(crate) labels: Vec<Label>,
    /// What ends well, where the code says more than a `Result` does.
    pub(crate) verdict: Option<Verdict>,
    pub(crate) returns: Option<Stated>,
    /// Statements in front of all: functions of the author's that are made once.
    pub(crate) made: TokenStream,
    /// Whether the function asks for its caller's place.
    pub(crate) tracked: bool,
    pub(crate) kind: Kind,
}

/// A function from what came back to whether that is well, or not.
pub(crate) struct Verdict {
    pub(crate) of: Code,
    pub(crate) told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told {
    /// `ok_if`: anything else is an error.
    OkIf,
    /// `error_if`: anything else is ok.
    ErrorIf,
}

pub(crate) enum Kind {
    /// How long calls take, by outcome.
    Span,
    /// One reply of a model.
    Generation(Box<Generation>),
    /// One picture; 0 frames a second promise nothing.
    Frame { target_fps: Option<FrameRate> },
}

/// What is said about a reply beside its tokens.
pub(crate) struct Generation {
    pub(crate) model: Option<Code>,
    pub(crate) tokens: Option<Code>,
    pub(crate) last: Option<Code>,
    pub(crate) prompt_tokens: Option<Code>,
    pub(crate) queued_at: Option<Code>,
    pub(crate) slo: Option<Slo>,
}

impl Model {
    pub(crate) fn new(mut args: Args, owner: Option<&Ident>, function: &Function) -> Self {
        let made = make_once(&mut args);
        Self {
            made,
            runtime: runtime(args.runtime.as_ref().map(|given| &given.value)),
            name: name(args.name.as_ref(), owner, function),
            help: function.help(),
            tracked: function.is_tracked(),
            labels: value(args.labels.take()).unwrap_or_default(),
            returns: value(args.returns.take()),
            verdict: verdict(args.ok_if.take(), args.error_if.take()),
            kind: kind(args),
        }
    }
}

/// Takes the blocks out of `args` that make a function, so that they run once and in front of the
/// body.
fn make_once(args: &mut Args) -> TokenStream {
    let functions = [
        (&mut args.tokens, "__wf_tokens"),
        (&mut args.last, "__wf_last"),
        (&mut args.ok_if, "__wf_ok_if"),
        (&mut args.error_if, "__wf_error_if"),
    ];
    let made = functions.into_iter().filter_map(|(given, name)| {
        let given = given.as_mut()?;
        let (made, kept) = given.value.made_once(name)?;
        given.value = kept;
        Some(made)
    });
    made.collect()
}

fn verdict(ok_if: Option<Given<Code>>, error_if: Option<Given<Code>>) -> Option<Verdict> {
    let (given, told) = match (ok_if, error_if) {
        (Some(given), _) => (given, Told::OkIf),
        (None, given) => (given?, Told::ErrorIf),
    };
    Some(Verdict {
        of: given.value,
        told,
    })
}

/// The given name, or module, type where it is known, and function. An attribute on a method cannot see the type.
fn name(given: Option<&Given<LitStr>>, owner: Option<&Ident>, function: &Function) -> TokenStream {
    if let Some(Given { value, .. }) = given {
        return quote!(#value);
    }
    let owner = owner.map(|owner| format!("{}::", owner.unraw()));
    let function = function.sig.ident.unraw();
    let name = format!("::{}{function}", owner.unwrap_or_default());
    quote!(::core::concat!(::core::module_path!(), #name))
}

fn kind(args: Args) -> Kind {
    if args.ttft.is_some() {
        return Kind::Generation(Box::new(Generation {
            model: value(args.model),
            tokens: value(args.tokens),
            last: value(args.last),
            prompt_tokens: value(args.prompt_tokens),
            queued_at: value(args.queued_at),
            slo: value(args.slo),
        }));
    }
    match args.frame {
        Some(_) => Kind::Frame {
            target_fps: value(args.target_fps),
        },
        None => Kind::Span,
    }
}

fn value<T>(given: Option<Given<T>>) -> Option<T> {
    given.map(|Given { value, .. }| value)
}
