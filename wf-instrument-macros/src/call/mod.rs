//! The function-like macros: `wf_token!`, `wf_frame!`, `wf_count!` and `wf_gauge!`.

mod count;
mod frame;
mod gauge;
mod rest;
mod token;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Error, LitStr, Path, Result, Token};

pub(crate) use self::count::count;
pub(crate) use self::frame::frame;
pub(crate) use self::gauge::gauge;
pub(crate) use self::token::token;
use crate::build::Build;
use crate::code::Code;
use crate::expand::number;
use crate::{dependency, model, names};

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
    match read_all.parse2(tokens) {
        Ok(Expansion { measuring, .. }) if build == Build::Measuring => quote!({ #measuring }),
        Ok(Expansion { checked, .. }) => quote!({ if false { #checked } }),
        Err(mistakes) => {
            let mistakes = mistakes.into_compile_error();
            quote!({ #mistakes })
        }
    }
}

/// `crate = path,` in front of the other arguments, for those who re-export the macros.
fn runtime(input: ParseStream<'_>) -> Result<TokenStream> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        dependency::check()?;
        return Ok(model::runtime(None));
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = Path::parse_mod_style(input)?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(model::runtime(Some(&path)))
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
