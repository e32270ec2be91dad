//! The function-like macros: `wf_token!`, `wf_frame!`, `wf_count!` and `wf_gauge!`.

mod invocation;
mod metric;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token};

pub(crate) use self::invocation::Expansion;
use self::invocation::{expand, runtime};
use self::metric::{Metric, MetricArgs};
use crate::args::expression::Expression;
use crate::args::frame_rate::FrameRate;
use crate::args::site_name;
use crate::site;
use crate::tokens::span_at;

/// Expands `wf_token!()` and `wf_token!(n)`.
pub(crate) fn token(tokens: TokenStream) -> Expansion {
    const FORM: &str =
        "`wf_token!` takes at most one number of tokens: `wf_token!()` or `wf_token!(n)`";
    expand(tokens, FORM, |input| {
        let runtime = runtime(input)?;
        let n = (!input.is_empty()).then(|| input.parse()).transpose()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(tokens_of_generation(&runtime, n.as_ref()))
    })
}

/// Counts `n` tokens of the generation in scope; one where no number is given.
fn tokens_of_generation(runtime: &TokenStream, n: Option<&Expression>) -> Expansion {
    let Some(n) = n else {
        return Expansion {
            enabled: quote!(#runtime::current_tokens(1)),
            disabled: TokenStream::new(),
        };
    };
    let number = n.as_tokens(runtime);
    Expansion {
        enabled: quote!(#runtime::current_tokens(#number)),
        disabled: typed_number(runtime, n),
    }
}

/// Returns a statement that checks the type of `n` where nothing is measured.
fn typed_number(runtime: &TokenStream, n: &Expression) -> TokenStream {
    let number = n.as_tokens(runtime);
    quote!(let _: u64 = #number;)
}

/// Expands `wf_frame!()`, `wf_frame!("name")` and `wf_frame!("name", target_fps = 60)`.
pub(crate) fn frame(tokens: TokenStream) -> Expansion {
    expand(tokens, FRAME_FORM, |input| {
        let runtime = runtime(input)?;
        let name = frame_name(input)?;
        let target_fps = match input.is_empty() {
            true => None,
            false => Some(parse_target_fps(input)?),
        };
        input.parse::<Option<Token![,]>>()?;
        let target_fps = FrameRate::to_f64(target_fps.as_ref(), &runtime);
        let new = quote!(new(#name, "", #target_fps));
        let site = site::declare(&runtime, "Frame", &new, &[]);
        Ok(Expansion {
            enabled: quote!(#site __WF_SITE.shown();),
            disabled: quote!(const _: f64 = #target_fps;),
        })
    })
}

const FRAME_FORM: &str = "`wf_frame!` takes a name and a target, both optional, as in \
                          `wf_frame!(\"canvas\", target_fps = 60)`";

/// Parses the literal in front of the other arguments; without one, the module's path.
fn frame_name(input: ParseStream<'_>) -> Result<TokenStream> {
    if !input.peek(LitStr) {
        return Ok(quote!(::core::module_path!()));
    }
    let name = site_name(input)?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(quote!(#name))
}

fn parse_target_fps(input: ParseStream<'_>) -> Result<FrameRate> {
    let key: Ident = input
        .parse()
        .map_err(|error| Error::new(error.span(), FRAME_FORM))?;
    if key != "target_fps" {
        return Err(Error::new(key.span(), FRAME_FORM));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}

/// Expands `wf_count!("name")`, `wf_count!("name", n)` and `wf_count!(tokens, n)`, with labels.
pub(crate) fn count(tokens: TokenStream) -> Expansion {
    const FORM: &str = "`wf_count!` takes a name, and optionally a number and labels, as in \
                        `wf_count!(\"cache_hits\", n, labels(tier = tier))`";
    expand(tokens, FORM, |input| {
        let runtime = runtime(input)?;
        match input.fork().parse::<Ident>() {
            Ok(word) if word == "tokens" => count_tokens(&runtime, input),
            _ => count_metric(&runtime, input),
        }
    })
}

fn count_tokens(runtime: &TokenStream, input: ParseStream<'_>) -> Result<Expansion> {
    input.parse::<Ident>()?;
    let args = MetricArgs::parse(input)?;
    if let Some(label) = args.labels.first() {
        let message = "tokens have the labels of their generation: write `labels(..)` in the \
                       `#[wf_measure(ttft)]` of its function";
        return Err(Error::new(label.name.span(), message));
    }
    Ok(tokens_of_generation(runtime, args.value.as_ref()))
}

fn count_metric(runtime: &TokenStream, input: ParseStream<'_>) -> Result<Expansion> {
    let no_name = "expected what to count: `tokens` of the generation in scope, or the name of a \
                   counter, as in `wf_count!(\"cache_hits\")`";
    let Metric { name, args } = Metric::parse(input, no_name, |_, args| Ok(args))?;
    let site = site::declare(runtime, "Counter", &quote!(new(#name, "")), &args.labels);
    let n = args.value.as_ref();
    let amount = n.map_or_else(|| quote!(1), |n| n.as_tokens(runtime));
    let add = site::call("add", &args.labels, Some(&amount));
    let typed = n.map(|n| typed_number(runtime, n));
    let labels = args.typed_labels();
    Ok(Expansion {
        enabled: quote!(#site __WF_SITE.#add;),
        disabled: quote!(#labels #typed),
    })
}

/// Expands `wf_gauge!("name", value)`, with labels.
pub(crate) fn gauge(tokens: TokenStream) -> Expansion {
    const FORM: &str = "`wf_gauge!` takes a name and a value, and optionally labels, as in \
                        `wf_gauge!(\"queue_depth\", depth)`";
    expand(tokens, FORM, |input| {
        let runtime = runtime(input)?;
        let Metric { name, args } = Metric::parse(input, FORM, |name, args| match args.value {
            Some(_) => Ok(args),
            None => Err(Error::new(name.span(), FORM)),
        })?;
        let site = site::declare(&runtime, "Gauge", &quote!(new(#name, "")), &args.labels);
        let value = args.value.as_ref();
        let typed =
            value.map(|value| quote_spanned!(span_at(value)=> let __wf_value: f64 = #value;));
        let set = site::call("set", &args.labels, Some(&quote!(__wf_value)));
        let labels = args.typed_labels();
        Ok(Expansion {
            enabled: quote!(#site #typed __WF_SITE.#set;),
            disabled: quote!(#labels #typed let _ = __wf_value;),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Macro = fn(TokenStream) -> Expansion;

    #[test]
    fn the_argument_crate_may_stand_anywhere() {
        for (expand, first, others) in [
            (
                count as Macro,
                quote!(crate = a::wf, "hits", 2, labels(tier = "a")),
                vec![
                    quote!("hits", 2, labels(tier = "a"), crate = a::wf),
                    quote!("hits", crate = a::wf, 2, labels(tier = "a")),
                    quote!("hits", 2, crate = a::wf, labels(tier = "a")),
                ],
            ),
            (
                gauge,
                quote!(crate = ::wf, "depth", 1.0),
                vec![quote!("depth", 1.0, crate = ::wf)],
            ),
            (
                frame,
                quote!(crate = a::wf, "canvas", target_fps = 60),
                vec![
                    quote!("canvas", target_fps = 60, crate = a::wf),
                    quote!("canvas", crate = a::wf, target_fps = 60),
                ],
            ),
            (
                token,
                quote!(crate = a::wf, n),
                vec![quote!(n, crate = a::wf)],
            ),
        ] {
            let both = |tokens: TokenStream| {
                let Expansion { enabled, disabled } = expand(tokens);
                [enabled, disabled].map(|tokens| tokens.to_string())
            };
            let expected = both(first.clone());
            assert!(!expected.concat().contains("compile_error"), "{expected:?}");
            for other in &others {
                assert_eq!(both(other.clone()), expected, "{other}");
            }
        }
    }

    #[test]
    fn a_second_crate_argument_is_refused() {
        for twice in [
            quote!(crate = a, "hits", crate = b),
            quote!("hits", crate = a, crate = b),
        ] {
            let expansion = count(twice).enabled.to_string();
            assert!(expansion.contains("compile_error"), "{expansion}");
        }
    }
}
