//! One call of a function-like macro: its arguments read, and what it becomes.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Path, Result, Token};

use crate::crate_path;
use crate::tokens::{is_ident, is_punct};

/// What an invocation becomes in a build with the feature `enabled`, and in one without.
pub(crate) struct Expansion {
    pub(crate) enabled: TokenStream,
    /// Evaluates nothing, and yet its arguments are typed and used.
    pub(crate) disabled: TokenStream,
}

/// Expands `tokens` by what `read` makes of them; its mistake, if any, stands where the call stood.
/// What it leaves is refused with the `form` that the macro has.
pub(super) fn expand(
    tokens: TokenStream,
    form: &str,
    read: impl Fn(ParseStream<'_>) -> Result<Expansion>,
) -> Expansion {
    let read_all = |input: ParseStream<'_>| {
        let expansion = read(input)?;
        match input.is_empty() {
            true => Ok(expansion),
            false => Err(input.error(form)),
        }
    };
    match read_all.parse2(runtime_first(tokens)) {
        Ok(Expansion { enabled, disabled }) => Expansion {
            enabled: quote!({ #enabled }),
            disabled: quote!({ if false { #disabled } }),
        },
        Err(mistakes) => {
            let mistakes = mistakes.into_compile_error();
            let reported = quote!({ #mistakes });
            Expansion {
                enabled: reported.clone(),
                disabled: reported,
            }
        }
    }
}

/// The arguments with `crate = path` in front of the others, wherever it stands among them.
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
    // A second one comes to the front as well, where it is refused.
    let others = runtime_first(quote!(#(#before)* #(#after)*));
    quote!(#(#runtime)*, #others)
}

/// `crate = path,` in front of the other arguments, for those who re-export the macros.
pub(super) fn runtime(input: ParseStream<'_>) -> Result<TokenStream> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        crate_path::check()?;
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
