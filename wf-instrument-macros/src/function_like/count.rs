//! `wf_count!("name")`, `wf_count!("name", n)`, both with labels, and `wf_count!(tokens, n)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{Error, Ident, Result};

use super::rest::Rest;
use super::{Expansion, token};
use crate::build::Build;
use crate::expand::{declare, number};

const FORM: &str = "a counter has a name, and may have how much to count and labels: `wf_count!(\"cache_hits\", n, labels(tier = tier))`";

pub(crate) fn count(tokens: TokenStream, build: Build) -> TokenStream {
    super::expand(tokens, build, FORM, read)
}

fn read(input: ParseStream<'_>) -> Result<Expansion> {
    let runtime = super::runtime(input)?;
    if is_tokens(input) {
        input.parse::<Ident>()?;
        let rest = Rest::read(input)?;
        if let Some(label) = rest.labels.first() {
            let message = "tokens carry the labels of their reply: write these on its function";
            return Err(Error::new(label.name.span(), message));
        }
        return Ok(token::of_generation(&runtime, rest.value.as_ref()));
    }
    let otherwise = "name what is counted: `tokens` of the generation in scope, or a counter of your own as in `wf_count!(\"cache_hits\")`";
    let (name, mistake) = super::metric(input, otherwise)?;
    let rest = super::with(mistake, Rest::read(input))?;
    let site = declare(&runtime, "Counter", &quote!(new(#name, "")), &rest.labels);
    let n = rest.value.as_ref();
    let add = rest.call("add", &n.map_or_else(|| quote!(1), |n| number(&runtime, n)));
    let typed = n.map(|n| super::as_number(&runtime, n));
    let labels = rest.checked_labels();
    Ok(Expansion {
        measuring: quote!(#site __WF_SITE.#add;),
        checked: quote!(#labels #typed),
    })
}

fn is_tokens(input: ParseStream<'_>) -> bool {
    matches!(input.fork().parse::<Ident>(), Ok(word) if word == "tokens")
}
