//! `wf_token!()` and `wf_token!(n)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Token;

use super::Expansion;
use crate::args::expression::Code;
use crate::build::Build;
use crate::expand::number;

const FORM: &str =
    "tokens have one number at most, of those that came together: `wf_token!()` or `wf_token!(n)`";

pub(crate) fn token(tokens: TokenStream, build: Build) -> TokenStream {
    super::expand(tokens, build, FORM, |input| {
        let runtime = super::runtime(input)?;
        let n = (!input.is_empty()).then(|| input.parse()).transpose()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(of_generation(&runtime, n.as_ref()))
    })
}

/// Counts `n` tokens of the generation in scope, one where no number is given.
pub(super) fn of_generation(runtime: &TokenStream, n: Option<&Code>) -> Expansion {
    let Some(n) = n else {
        let measuring = quote!(#runtime::current_tokens(1));
        return Expansion {
            measuring,
            checked: TokenStream::new(),
        };
    };
    let number = number(runtime, n);
    Expansion {
        measuring: quote!(#runtime::current_tokens(#number)),
        checked: super::as_number(runtime, n),
    }
}
