//! The arguments of `#[wf_measure(..)]`.
//!
//! All arguments are parsed even when one is wrong: one compile reports every error. The values in
//! files of their own are arguments of the function-like macros too.

pub(crate) mod control_flow;
pub(crate) mod did_you_mean;
pub(crate) mod expression;
pub(crate) mod frame_rate;
pub(crate) mod labels;
pub(crate) mod slo;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Error, Ident, LitStr, Path, Result, Token, token};

use crate::args::did_you_mean::closest;
use crate::args::expression::Expression;
use crate::args::frame_rate::FrameRate;
use crate::args::labels::{Label, parse_labels};
use crate::args::slo::Slo;
use crate::diagnostics::Diagnostics;
use crate::names;
use crate::return_type::Declared;

/// The arguments that are correct; the last one where an argument is given twice.
#[derive(Default)]
pub(crate) struct Args {
    /// The name and position of each of them.
    keys: Vec<(&'static str, Span)>,
    pub(crate) name: Option<LitStr>,
    pub(crate) model: Option<Expression>,
    pub(crate) labels: Vec<Label>,
    pub(crate) ok_if: Option<Expression>,
    pub(crate) error_if: Option<Expression>,
    pub(crate) tokens: Option<Expression>,
    pub(crate) last: Option<Expression>,
    pub(crate) returns: Option<Declared>,
    pub(crate) prompt_tokens: Option<Expression>,
    pub(crate) queued_at: Option<Expression>,
    pub(crate) target_fps: Option<FrameRate>,
    pub(crate) slo: Option<Slo>,
    pub(crate) runtime: Option<Path>,
}

/// The name of every argument, with an example of its use.
const KNOWN: [(&str, &str); 15] = [
    ("ttft", "ttft"),
    ("frame", "frame"),
    ("name", "name = \"chat\""),
    ("model", "model = self.name"),
    ("labels", "labels(device = self.device.name())"),
    ("ok_if", "ok_if = |response| response.status < 400"),
    ("error_if", "error_if = |response| response.is_empty()"),
    ("tokens", "tokens = |chunk| chunk.token_count()"),
    ("last", "last = |chunk| chunk.finish_reason.is_some()"),
    ("returns", "returns = value"),
    ("prompt_tokens", "prompt_tokens = prompt.len()"),
    ("queued_at", "queued_at = request.arrived"),
    ("target_fps", "target_fps = 60"),
    ("slo", "slo = \"p99 < 500ms\""),
    ("crate", "crate = my_app::wf_instrument"),
];

impl Args {
    /// Parses all of `tokens`; records every error in `diagnostics`.
    pub(crate) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut args = Self::default();
        let parse = |input: ParseStream<'_>| {
            args.parse_all(input, diagnostics);
            Ok(())
        };
        if let Err(error) = parse.parse2(tokens) {
            diagnostics.push(error);
        }
        args
    }

    /// Returns these arguments with those of `block` that apply to each function in it.
    pub(crate) fn within(self, block: &Self) -> Self {
        Self {
            runtime: self.runtime.or_else(|| block.runtime.clone()),
            ..self
        }
    }

    /// Returns the name and position of each argument.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'static str, Span)> {
        self.keys.iter().copied()
    }

    /// Returns the position of the argument `name`, if it is given.
    pub(crate) fn key(&self, name: &str) -> Option<Span> {
        self.keys()
            .find_map(|(given, key)| (given == name).then_some(key))
    }

    fn parse_all(&mut self, input: ParseStream<'_>, diagnostics: &mut Diagnostics) {
        let mut parsed = Vec::new();
        while !input.is_empty() {
            if let Err(error) = self.parse_one(input, &mut parsed, diagnostics) {
                diagnostics.push(error);
                skip_to_comma(input);
            }
            if !input.is_empty()
                && let Err(error) = input.parse::<Token![,]>()
            {
                diagnostics.push(error);
                skip_to_comma(input);
                // Absent only at the end, where the loop ends too.
                let _ = input.parse::<Token![,]>();
            }
        }
    }

    /// Parses one argument.
    ///
    /// A mistyped name is reported and then treated as the name that it resembles, so that no
    /// further errors follow from it.
    fn parse_one(
        &mut self,
        input: ParseStream<'_>,
        parsed: &mut Vec<&'static str>,
        diagnostics: &mut Diagnostics,
    ) -> Result<()> {
        let key = parse_key(input)?;
        let name = resolve(&key)?;
        if key != name {
            let message = format!("unknown argument `{key}`; did you mean `{name}`?");
            diagnostics.error(key.span(), message);
        }
        if parsed.contains(&name) {
            diagnostics.error(key.span(), format!("`{name}` is given twice; keep one"));
        }
        parsed.push(name);
        self.parse_value(name, key.span(), input, diagnostics)
    }

    fn parse_value(
        &mut self,
        name: &'static str,
        key: Span,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<()> {
        match name {
            "ttft" | "frame" => {
                self.add_key(name, key);
                return expect_no_value(name, input);
            }
            "labels" => {
                self.labels = parse_labels(key, input, names::site_label_name_error, diagnostics)?;
                self.add_key(name, key);
                return Ok(());
            }
            _ => parse_equals(name, key, input)?,
        }
        match name {
            "name" => self.name = Some(site_name(input)?),
            "model" => self.model = Some(input.parse()?),
            "ok_if" => self.ok_if = Some(input.parse()?),
            "error_if" => self.error_if = Some(input.parse()?),
            "tokens" => self.tokens = Some(input.parse()?),
            "last" => self.last = Some(input.parse()?),
            "returns" => self.returns = Some(input.parse()?),
            "prompt_tokens" => self.prompt_tokens = Some(input.parse()?),
            "queued_at" => self.queued_at = Some(input.parse()?),
            "target_fps" => self.target_fps = Some(input.parse()?),
            "slo" => self.slo = Some(input.parse()?),
            _ => self.runtime = Some(runtime_path(input)?),
        }
        self.add_key(name, key);
        Ok(())
    }

    fn add_key(&mut self, name: &'static str, key: Span) {
        self.keys.retain(|&(given, _)| given != name);
        self.keys.push((name, key));
    }
}

/// Parses the name of an argument.
fn parse_key(input: ParseStream<'_>) -> Result<Ident> {
    if let Ok(text) = input.fork().parse::<LitStr>() {
        let text = text.value();
        return Err(input.error(format!(
            "an argument needs a key: to name the measurement, write `name = \"{text}\"`"
        )));
    }
    let expected = || format!("expected one of the arguments {}", all_known());
    input
        .call(Ident::parse_any)
        .map_err(|error| Error::new(error.span(), expected()))
}

/// Returns the argument that `key` is, or resembles.
fn resolve(key: &Ident) -> Result<&'static str> {
    let names = KNOWN.map(|(name, _)| name);
    let word = key.to_string();
    let exact = names.iter().copied().find(|name| *name == word);
    exact.or_else(|| closest(&word, &names)).ok_or_else(|| {
        let message = format!("unknown argument `{key}`; expected one of {}", all_known());
        Error::new(key.span(), message)
    })
}

fn expect_no_value(name: &str, input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![=]) || input.peek(token::Paren) {
        return Err(input.error(format!("`{name}` takes no value: write `{name}` alone")));
    }
    Ok(())
}

fn parse_equals(name: &str, key: Span, input: ParseStream<'_>) -> Result<()> {
    let example = example(name);
    let missing = || Error::new(key, format!("`{name}` needs a value, as in `{example}`"));
    input.parse::<Token![=]>().map_err(|_| missing())?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing());
    }
    Ok(())
}

/// Parses the name of a span, a generation or a frame.
pub(crate) fn site_name(input: ParseStream<'_>) -> Result<LitStr> {
    const FORM: &str = "a name must be a string literal, as in `name = \"chat\"`";
    let name: LitStr = input
        .parse()
        .map_err(|error| Error::new(error.span(), FORM))?;
    match names::site_name_error(&name.value()) {
        Some(error) => Err(Error::new(name.span(), error)),
        None => Ok(name),
    }
}

fn runtime_path(input: ParseStream<'_>) -> Result<Path> {
    Path::parse_mod_style(input).map_err(|error| {
        let message =
            "`crate` needs the path of wf-instrument, as in `crate = my_app::wf_instrument`";
        Error::new(error.span(), message)
    })
}

fn all_known() -> String {
    KNOWN.map(|(name, _)| format!("`{name}`")).join(", ")
}

fn example(name: &str) -> &'static str {
    let known = KNOWN.iter().find(|(known, _)| *known == name);
    known.map_or("", |&(_, example)| example)
}

fn skip_to_comma(input: ParseStream<'_>) {
    // A failed step leaves the input as it is, which is its end.
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn errors_in(tokens: TokenStream) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        Args::parse(tokens, &mut diagnostics);
        diagnostics.messages()
    }

    #[test]
    fn every_argument_is_parsed() {
        let mut diagnostics = Diagnostics::default();
        let tokens = quote! {
            ttft, name = "chat", model = self.names.get(0), tokens = |c: &Chunk| c.n::<u8, 2>(),
            prompt_tokens = a + b, queued_at = at, slo = "p99 < 2s", crate = ::my::wf, target_fps = 59.94,
            frame, labels(device = self.device.name(), kind = "a"), ok_if = Response::is_ok,
            error_if = |r| r.bad,            last = |c| c.is_last, returns = stream,
        };
        let args = Args::parse(tokens, &mut diagnostics);
        assert_eq!(diagnostics.messages(), Vec::<String>::new());
        assert!(
            args.key("ttft").is_some() && args.key("frame").is_some() && args.runtime.is_some()
        );
        assert!(args.model.is_some() && args.tokens.is_some());
        assert!(args.prompt_tokens.is_some() && args.queued_at.is_some());
        assert!(args.ok_if.is_some() && args.error_if.is_some() && args.last.is_some());
        assert_eq!(args.returns.unwrap(), Declared::Stream);
        let labels = args.labels;
        assert!(
            labels
                .iter()
                .map(|label| &label.name)
                .eq(["device", "kind"])
        );
        assert_eq!(args.name.unwrap().value(), "chat");
        assert!(matches!(args.target_fps.unwrap(), FrameRate::Number(59.94)));
        assert_eq!(args.slo.unwrap().limit_nanos, 2_000_000_000);
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let found = errors_in(quote! {
            tftt, name = 3, model, "chat", slo = "fast", target_fps = 0, bogus(1, 2) = |a| a,
            frame = true, frame, 7
        });
        assert_eq!(found.len(), 10, "{found:#?}");
    }

    #[test]
    fn a_mistyped_name_is_treated_as_the_name_it_resembles() {
        let mut diagnostics = Diagnostics::default();
        let args = Args::parse(quote!(tftt, modle = "gpt"), &mut diagnostics);
        assert!(args.key("ttft").is_some() && args.model.is_some());
        assert_eq!(diagnostics.messages().len(), 2);
    }

    #[test]
    fn no_input_hangs_the_parser_or_makes_it_panic() {
        for tokens in [
            quote!(,),
            quote!(,,,),
            quote!(=),
            quote!(= = =),
            quote!(name = ),
            quote!(tokens = |c),
            quote!(name "x"),
            quote!(ttft frame),
            quote!(crate),
            quote!(crate = 3),
            quote!(labels),
            quote!(labels = 3),
            quote!(labels()),
            quote!(labels(a)),
            quote!(labels(a = )),
            quote!(labels(a = b c = d)),
            quote!(labels(3 = a, = , b)),
            quote!(ok_if),
            quote!(returns = ),
            quote!(returns = "value"),
            quote!(returns = values),
        ] {
            assert!(
                !errors_in(tokens.clone()).is_empty(),
                "{tokens} was accepted"
            );
        }
        assert!(errors_in(quote!()).is_empty());
    }
}
