//! The frames a second that `target_fps` promises.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Lit, Result};

use crate::args::expression::Code;
use crate::tokens::{contains_ident, is_punct, runtime_at};

/// A number above zero that is known when the program is compiled.
pub(crate) enum FrameRate {
    Number(f64),
    /// The compiler finds out what it is.
    Constant(Code),
}

impl FrameRate {
    /// The rate as an expression of type `f64`, or 0 where none is promised.
    pub(crate) fn expression(rate: Option<&Self>, runtime: &TokenStream) -> TokenStream {
        match rate {
            None => quote!(0.0),
            Some(Self::Number(number)) => quote!(#number),
            Some(Self::Constant(constant)) => {
                let (at, runtime) = runtime_at(runtime, constant);
                quote_spanned!(at=> #runtime::frame_rate((#constant) as f64))
            }
        }
    }
}

impl Parse for FrameRate {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        const FORM: &str = "a frame rate is a number above zero: `target_fps = 60`";
        let at = input.span();
        let code: Code = input
            .parse()
            .map_err(|mistake| Error::new(mistake.span(), FORM))?;
        let tokens = code.to_token_stream();
        if code.mentions_self() || contains_ident(tokens.clone(), "Self") {
            return Err(Error::new(
                at,
                "a frame rate is known when the program is compiled: write a number, or a constant such as `target_fps = crate::FPS`, without `self` and `Self`",
            ));
        }
        let number = match syn::parse2(tokens.clone()) {
            Ok(Lit::Int(number)) => number.base10_parse().ok(),
            Ok(Lit::Float(number)) => number.base10_parse().ok(),
            Ok(_) => None,
            Err(_) if is_negative(tokens) => None,
            Err(_) => return Ok(Self::Constant(code)),
        };
        number
            .filter(|fps: &f64| fps.is_finite() && *fps > 0.0)
            .map(Self::Number)
            .ok_or_else(|| Error::new(at, FORM))
    }
}

fn is_negative(tokens: TokenStream) -> bool {
    let first = tokens.into_iter().next();
    first.is_some_and(|first| is_punct(&first, '-'))
}
