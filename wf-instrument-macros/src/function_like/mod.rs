//! The function-like macros: `wf_token!`, `wf_frame!`, `wf_count!` and `wf_gauge!`.

mod count;
mod frame;
mod gauge;
mod rest;
mod token;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Error, LitStr, Path, Result, Token};

pub(crate) use self::count::count;
pub(crate) use self::frame::frame;
pub(crate) use self::gauge::gauge;
pub(crate) use self::token::token;
use crate::args::expression::Code;
use crate::build::Build;
use crate::expand::number;
use crate::{crate_path, names, plan};

/// What an invocation becomes where it measures, and where it does not.
struct Expansion {
    measuring: TokenStream,
    /// Evaluates nothing, and yet its arguments are typed and used.
    checked: TokenStream,
}

/// Expands `tokens` by what `read` makes of them; its mistake, if any, stands where the call stood.
/// What it leaves is refused with the `form` that the macro has.
fn expand(
    tokens: TokenStream,
    build: Build,
    form: &str,
    read: fn(ParseStream<'_>) -> Result<Expansion>,
) -> TokenStream {
    let read_all = |input: ParseStream<'_>| {
        let expansion = read(input)?;
        match input.is_empty() {
            true => Ok(expansion),
            false => Err(input.error(form)),
        }
    };
    match read_all.parse2(runtime_first(tokens)) {
        Ok(Expansion { measuring, .. }) if build == Build::Measuring => quote!({ #measuring }),
        Ok(Expansion { checked, .. }) => quote!({ if false { #checked } }),
        Err(mistakes) => {
            let mistakes = mistakes.into_compile_error();
            quote!({ #mistakes })
        }
    }
}

/// The arguments with `crate = path` in front of the others, wherever it stands among them.
fn runtime_first(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let begins = |three: &[TokenTree]| {
        let is_crate = matches!(&three[1], TokenTree::Ident(word) if word == "crate");
        is_mark(&three[0], ',') && is_crate && is_mark(&three[2], '=')
    };
    let Some(comma) = tokens.windows(3).position(begins) else {
        return tokens.into_iter().collect();
    };
    let (before, behind) = (&tokens[..comma], &tokens[comma + 1..]);
    let ends = behind.iter().position(|token| is_mark(token, ','));
    let (runtime, after) = behind.split_at(ends.unwrap_or(behind.len()));
    // A second one comes to the front as well, where it is refused.
    let others = runtime_first(quote!(#(#before)* #(#after)*));
    quote!(#(#runtime)*, #others)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// `crate = path,` in front of the other arguments, for those who re-export the macros.
fn runtime(input: ParseStream<'_>) -> Result<TokenStream> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        crate_path::check()?;
        return Ok(plan::runtime(None));
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = Path::parse_mod_style(input)?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(plan::runtime(Some(&path)))
}

/// A metric's name, and what is wrong with it.
fn metric(input: ParseStream<'_>, otherwise: &str) -> Result<(LitStr, Option<Error>)> {
    let name: LitStr = input
        .parse()
        .map_err(|mistake| Error::new(mistake.span(), otherwise))?;
    let text = name.value();
    let mistake = names::metric_mistake(&text).map(|why| {
        Error::new(
            name.span(),
            format!("no metric can be named \"{text}\": {why}"),
        )
    });
    Ok((name, mistake))
}

/// Types `n` as a number of tokens is typed, where nothing is measured.
fn as_number(runtime: &TokenStream, n: &Code) -> TokenStream {
    let number = number(runtime, n);
    quote!(let _: u64 = #number;)
}

/// `result`, or both mistakes.
fn with<T>(mistake: Option<Error>, result: Result<T>) -> Result<T> {
    match (mistake, result) {
        (None, result) => result,
        (Some(mistake), Ok(_)) => Err(mistake),
        (Some(mut mistake), Err(other)) => {
            mistake.combine(other);
            Err(mistake)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Macro = fn(TokenStream, Build) -> TokenStream;

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
            for build in [Build::Measuring, Build::Disabled] {
                let expected = expand(first.clone(), build).to_string();
                assert!(!expected.contains("compile_error"), "{expected}");
                for other in &others {
                    assert_eq!(
                        expand(other.clone(), build).to_string(),
                        expected,
                        "{other}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_second_crate_argument_is_refused() {
        for twice in [
            quote!(crate = a, "hits", crate = b),
            quote!("hits", crate = a, crate = b),
        ] {
            let expansion = count(twice, Build::Measuring).to_string();
            assert!(expansion.contains("compile_error"), "{expansion}");
        }
    }
}
