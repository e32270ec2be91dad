//! `wf_count!("name")`, `wf_count!("name", n)` and `wf_count!(tokens, n)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{Ident, Result};

use super::{Expansion, token};
use crate::build::Build;
use crate::expand::{declare, number};

pub(crate) fn count(tokens: TokenStream, build: Build) -> TokenStream {
    super::expand(tokens, build, read)
}

fn read(input: ParseStream<'_>) -> Result<Expansion> {
    let runtime = super::runtime(input)?;
    if is_tokens(input) {
        input.parse::<Ident>()?;
        let n = super::value(input)?;
        return Ok(token::of_generation(&runtime, n.as_ref()));
    }
    let otherwise = "name what is counted: `tokens` of the generation in scope, or a counter of your own as in `wf_count!(\"cache_hits\")`";
    let (name, mistake) = super::metric(input, otherwise)?;
    let n = super::with(mistake, super::value(input))?;
    let site = declare(&runtime, "Counter", &quote!(new(#name, "")), &[]);
    let number = n
        .as_ref()
        .map_or_else(|| quote!(1), |n| number(&runtime, n));
    Ok(Expansion {
        measuring: quote!(#site __WF_SITE.add(#number);),
        checked: n
            .as_ref()
            .map(|n| super::as_number(&runtime, n))
            .unwrap_or_default(),
    })
}

fn is_tokens(input: ParseStream<'_>) -> bool {
    matches!(input.fork().parse::<Ident>(), Ok(word) if word == "tokens")
}
