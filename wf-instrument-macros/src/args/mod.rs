//! What stands between the parentheses of `#[wf_measure(..)]`.
//!
//! Every argument is read even when an earlier one is wrong, so that one compile reports them all.

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

use crate::args::did_you_mean::nearest;
use crate::args::expression::Code;
use crate::args::frame_rate::FrameRate;
use crate::args::labels::{Label, labels};
use crate::args::slo::Slo;
use crate::diagnostics::Mistakes;
use crate::names;
use crate::return_type::Stated;

/// The arguments as they were written; each that was given correctly, the last one where it was given twice.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) ttft: Option<Span>,
    pub(crate) frame: Option<Span>,
    pub(crate) name: Option<Given<LitStr>>,
    pub(crate) model: Option<Given<Code>>,
    pub(crate) labels: Option<Given<Vec<Label>>>,
    pub(crate) ok_if: Option<Given<Code>>,
    pub(crate) error_if: Option<Given<Code>>,
    pub(crate) tokens: Option<Given<Code>>,
    pub(crate) prompt_tokens: Option<Given<Code>>,
    pub(crate) queued_at: Option<Given<Code>>,
    pub(crate) returns: Option<Given<Stated>>,
    pub(crate) last: Option<Given<Code>>,
    pub(crate) target_fps: Option<Given<FrameRate>>,
    pub(crate) slo: Option<Given<Slo>>,
    pub(crate) runtime: Option<Given<Path>>,
}

/// An argument's value, and where its name stands.
pub(crate) struct Given<T> {
    pub(crate) at: Span,
    pub(crate) value: T,
}

/// Every argument's name, with an example of its use.
const KNOWN: [(&str, &str); 15] = [
    ("ttft", "ttft"),
    ("frame", "frame"),
    ("name", "name = \"chat\""),
    ("model", "model = self.name"),
    ("labels", "labels(device = self.device.name())"),
    ("ok_if", "ok_if = |reply| reply.status < 400"),
    ("error_if", "error_if = |reply| reply.is_empty()"),
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
    /// Reads all of `tokens`, with every mistake noted in `mistakes`.
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut args = Self::default();
        let parse = |input: ParseStream<'_>| {
            args.read_all(input, mistakes);
            Ok(())
        };
        if let Err(mistake) = parse.parse2(tokens) {
            mistakes.add(mistake);
        }
        args
    }

    /// These, and from the block around them what holds for all that is in it.
    pub(crate) fn within(self, block: &Self) -> Self {
        let outer = block.runtime.as_ref();
        let of_block = outer.map(|given| Given {
            at: given.at,
            value: given.value.clone(),
        });
        Self {
            runtime: self.runtime.or(of_block),
            ..self
        }
    }

    fn read_all(&mut self, input: ParseStream<'_>, mistakes: &mut Mistakes) {
        let mut seen = Vec::new();
        while !input.is_empty() {
            if let Err(mistake) = self.read_one(input, &mut seen, mistakes) {
                mistakes.add(mistake);
                skip_to_comma(input);
            }
            if !input.is_empty()
                && let Err(mistake) = input.parse::<Token![,]>()
            {
                mistakes.add(mistake);
                skip_to_comma(input);
                // Absent only at the end, where the loop ends too.
                let _ = input.parse::<Token![,]>();
            }
        }
    }

    /// A mistyped name is reported and then taken for what it stands for, so that what follows from it is not reported as well.
    fn read_one(
        &mut self,
        input: ParseStream<'_>,
        seen: &mut Vec<&'static str>,
        mistakes: &mut Mistakes,
    ) -> Result<()> {
        let key = key(input)?;
        let meant = meant(&key)?;
        if key != meant {
            let message = format!("unknown argument `{key}`; did you mean `{meant}`?");
            mistakes.at(key.span(), message);
        }
        if seen.contains(&meant) {
            mistakes.at(key.span(), format!("`{meant}` is given twice; keep one"));
        }
        seen.push(meant);
        self.take(meant, key.span(), input, mistakes)
    }

    fn take(
        &mut self,
        name: &str,
        at: Span,
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> Result<()> {
        match name {
            "ttft" => {
                self.ttft = Some(at);
                return no_value(name, input);
            }
            "frame" => {
                self.frame = Some(at);
                return no_value(name, input);
            }
            "labels" => {
                self.labels = Some(given(
                    at,
                    labels(at, input, names::site_label_mistake, mistakes)?,
                ));
                return Ok(());
            }
            _ => before_value(name, at, input)?,
        }
        match name {
            "name" => self.name = Some(given(at, site_name(input)?)),
            "model" => self.model = Some(given(at, input.parse()?)),
            "ok_if" => self.ok_if = Some(given(at, input.parse()?)),
            "error_if" => self.error_if = Some(given(at, input.parse()?)),
            "tokens" => self.tokens = Some(given(at, input.parse()?)),
            "last" => self.last = Some(given(at, input.parse()?)),
            "returns" => self.returns = Some(given(at, stated(input)?)),
            "prompt_tokens" => self.prompt_tokens = Some(given(at, input.parse()?)),
            "queued_at" => self.queued_at = Some(given(at, input.parse()?)),
            "target_fps" => self.target_fps = Some(given(at, input.parse()?)),
            "slo" => self.slo = Some(given(at, objective(input)?)),
            _ => self.runtime = Some(given(at, path(input)?)),
        }
        Ok(())
    }
}

const fn given<T>(at: Span, value: T) -> Given<T> {
    Given { at, value }
}

/// The argument's name; with what was probably meant where something else stands there.
fn key(input: ParseStream<'_>) -> Result<Ident> {
    if let Ok(text) = input.fork().parse::<LitStr>() {
        let text = text.value();
        return Err(input.error(format!(
            "to name what is measured, write `name = \"{text}\"`"
        )));
    }
    let expected = || format!("expected an argument: {}", all_known());
    input
        .call(Ident::parse_any)
        .map_err(|mistake| Error::new(mistake.span(), expected()))
}

/// The argument that `key` is, or is closest to.
fn meant(key: &Ident) -> Result<&'static str> {
    let names = KNOWN.map(|(name, _)| name);
    let word = key.to_string();
    let exact = names.iter().copied().find(|name| *name == word);
    exact.or_else(|| nearest(&word, &names)).ok_or_else(|| {
        let message = format!("unknown argument `{key}`; there are {}", all_known());
        Error::new(key.span(), message)
    })
}

fn no_value(name: &str, input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![=]) || input.peek(token::Paren) {
        return Err(input.error(format!("`{name}` takes no value: write `{name}` alone")));
    }
    Ok(())
}

fn before_value(name: &str, at: Span, input: ParseStream<'_>) -> Result<()> {
    let missing = || Error::new(at, format!("`{name}` takes a value: `{}`", example(name)));
    input.parse::<Token![=]>().map_err(|_| missing())?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing());
    }
    Ok(())
}

pub(crate) fn site_name(input: ParseStream<'_>) -> Result<LitStr> {
    let name: LitStr = input
        .parse()
        .map_err(|mistake| Error::new(mistake.span(), "a name is a literal: `name = \"chat\"`"))?;
    match names::site_mistake(&name.value()) {
        Some(mistake) => Err(Error::new(name.span(), mistake)),
        None => Ok(name),
    }
}

fn path(input: ParseStream<'_>) -> Result<Path> {
    Path::parse_mod_style(input).map_err(|mistake| {
        let message = "the runtime is named by its path: `crate = my_app::wf_instrument`";
        Error::new(mistake.span(), message)
    })
}

fn stated(input: ParseStream<'_>) -> Result<Stated> {
    const FORM: &str = "what a function returns is one of `returns = future`, `returns = stream`, `returns = iterator` and `returns = value`";
    let word: Ident = input
        .parse()
        .map_err(|mistake| Error::new(mistake.span(), FORM))?;
    match word.to_string().as_str() {
        "future" => Ok(Stated::Future),
        "stream" => Ok(Stated::Stream),
        "iterator" => Ok(Stated::Iterator),
        "value" => Ok(Stated::Value),
        _ => Err(Error::new(word.span(), FORM)),
    }
}

fn objective(input: ParseStream<'_>) -> Result<Slo> {
    const FORM: &str = "an objective is written as `slo = \"p99 < 500ms\"`";
    let text: LitStr = input
        .parse()
        .map_err(|mistake| Error::new(mistake.span(), FORM))?;
    Slo::parse(&text.value()).map_err(|wrong| Error::new(text.span(), format!("{wrong}; {FORM}")))
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

    fn mistakes_of(tokens: TokenStream) -> Vec<String> {
        let mut mistakes = Mistakes::default();
        Args::parse(tokens, &mut mistakes);
        mistakes.messages()
    }

    #[test]
    fn every_argument_is_read() {
        let mut mistakes = Mistakes::default();
        let tokens = quote! {
            ttft, name = "chat", model = self.names.get(0), tokens = |c: &Chunk| c.n::<u8, 2>(),
            prompt_tokens = a + b, queued_at = at, slo = "p99 < 2s", crate = ::my::wf, target_fps = 59.94, frame,
            labels(device = self.device.name(), kind = "a"), ok_if = Reply::is_good, error_if = |r| r.bad,
            last = |c| c.is_last, returns = stream,
        };
        let args = Args::parse(tokens, &mut mistakes);
        assert_eq!(mistakes.messages(), Vec::<String>::new());
        assert!(args.ttft.is_some() && args.frame.is_some() && args.runtime.is_some());
        assert!(args.model.is_some() && args.tokens.is_some());
        assert!(args.prompt_tokens.is_some() && args.queued_at.is_some());
        assert!(args.ok_if.is_some() && args.error_if.is_some() && args.last.is_some());
        assert_eq!(args.returns.unwrap().value, Stated::Stream);
        let labels = args.labels.unwrap().value;
        assert!(
            labels
                .iter()
                .map(|label| &label.name)
                .eq(["device", "kind"])
        );
        assert_eq!(args.name.unwrap().value.value(), "chat");
        assert!(matches!(
            args.target_fps.unwrap().value,
            FrameRate::Number(59.94)
        ));
        assert_eq!(args.slo.unwrap().value.limit_nanos, 2_000_000_000);
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        let found = mistakes_of(quote! {
            tftt, name = 3, model, "chat", slo = "fast", target_fps = 0, bogus(1, 2) = |a| a, frame = true, frame, 7
        });
        assert_eq!(found.len(), 10, "{found:#?}");
    }

    #[test]
    fn a_mistyped_name_is_taken_for_what_it_stands_for() {
        let mut mistakes = Mistakes::default();
        let args = Args::parse(quote!(tftt, modle = "gpt"), &mut mistakes);
        assert!(args.ttft.is_some() && args.model.is_some());
        assert_eq!(mistakes.messages().len(), 2);
    }

    #[test]
    fn no_input_hangs_or_panics_the_reader() {
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
                !mistakes_of(tokens.clone()).is_empty(),
                "{tokens} was taken"
            );
        }
        assert!(mistakes_of(quote!()).is_empty());
    }
}
