//! One call of a function-like macro.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Path, Result, Token};

use crate::crate_path;
use crate::tokens::{is_ident, is_punct};

/// The expansion in a build with the feature `enabled`, and in one without.
pub(crate) struct Expansion {
    pub(crate) enabled: TokenStream,
    /// Evaluates nothing; its arguments are type-checked and count as used.
    pub(crate) disabled: TokenStream,
}

/// Expands the arguments `tokens` by `parse`, or to its error.
///
/// Tokens that `parse` leaves are refused with `form`, which shows the arguments of the macro.
pub(super) fn expand(
    tokens: TokenStream,
    form: &str,
    parse: impl Fn(ParseStream<'_>) -> Result<Expansion>,
) -> Expansion {
    let parse_all = |input: ParseStream<'_>| {
        let expansion = parse(input)?;
        match input.is_empty() {
            true => Ok(expansion),
            false => Err(input.error(form)),
        }
    };
    match parse_all.parse2(runtime_first(tokens)) {
        Ok(Expansion { enabled, disabled }) => Expansion {
            enabled: quote!({ #enabled }),
            disabled: quote!({ if false { #disabled } }),
        },
        Err(error) => {
            let error = error.into_compile_error();
            let reported = quote!({ #error });
            Expansion {
                enabled: reported.clone(),
                disabled: reported,
            }
        }
    }
}

/// Returns the arguments with `crate = path` in front of the others.
fn runtime_first(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let begins = |three: &[TokenTree]| {
        is_punct(&three[0], ',') && is_ident(&three[1], "crate") && is_punct(&three[2], '=')
    };
    let Some(comma) = tokens.windows(3).position(begins) else {
        return tokens.into_iter().collect();
    };
    let (before, behind) = (&tokens[..comma], &tokens[comma + 1..]);
    let ends = behind.iter().position(|token| is_punct(token, ','));
    let (runtime, after) = behind.split_at(ends.unwrap_or(behind.len()));
    // A second one moves to the front too, where it is refused.
    let others = runtime_first(quote!(#(#before)* #(#after)*));
    quote!(#(#runtime)*, #others)
}

/// Parses `crate = path,` in front of the other arguments, and returns the runtime's path.
pub(super) fn runtime(input: ParseStream<'_>) -> Result<TokenStream> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        crate_path::check_dependency()?;
        return Ok(crate_path::runtime(None));
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = Path::parse_mod_style(input)?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(crate_path::runtime(Some(&path)))
}
