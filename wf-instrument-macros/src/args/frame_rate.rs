//! The target frame rate in `target_fps = 60`.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Lit, Result};

use crate::args::expression::Expression;
use crate::tokens::{contains_ident, is_punct, runtime_at};

/// A number of frames per second, above zero and known at compile time.
pub(crate) enum FrameRate {
    Number(f64),
    /// An expression that the compiler evaluates.
    Constant(Expression),
}

impl FrameRate {
    /// Returns the rate as an expression of type `f64`; 0 where there is no target.
    pub(crate) fn to_f64(rate: Option<&Self>, runtime: &TokenStream) -> TokenStream {
        match rate {
            None => quote!(0.0),
            Some(Self::Number(number)) => quote!(#number),
            Some(Self::Constant(constant)) => {
                let (span, runtime) = runtime_at(runtime, constant);
                quote_spanned!(span=> #runtime::frame_rate((#constant) as f64))
            }
        }
    }
}

impl Parse for FrameRate {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        const FORM: &str = "`target_fps` must be a number above zero, as in `target_fps = 60`";
        let span = input.span();
        let expr: Expression = input
            .parse()
            .map_err(|error| Error::new(error.span(), FORM))?;
        let tokens = expr.to_token_stream();
        if expr.mentions_self() || contains_ident(tokens.clone(), "Self") {
            return Err(Error::new(
                span,
                "`target_fps` must be known at compile time: write a number or a constant such as \
                 `crate::FPS`, without `self` and `Self`",
            ));
        }
        let number = match syn::parse2(tokens.clone()) {
            Ok(Lit::Int(number)) => number.base10_parse().ok(),
            Ok(Lit::Float(number)) => number.base10_parse().ok(),
            Ok(_) => None,
            Err(_) if is_negative(tokens) => None,
            Err(_) => return Ok(Self::Constant(expr)),
        };
        number
            .filter(|fps: &f64| fps.is_finite() && *fps > 0.0)
            .map(Self::Number)
            .ok_or_else(|| Error::new(span, FORM))
    }
}

fn is_negative(tokens: TokenStream) -> bool {
    let first = tokens.into_iter().next();
    first.is_some_and(|first| is_punct(&first, '-'))
}
