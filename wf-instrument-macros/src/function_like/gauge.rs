//! `wf_gauge!("name", value)`, with or without labels.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::ParseStream;
use syn::{Error, LitStr, Result};

use super::Expansion;
use super::rest::Rest;
use crate::build::Build;
use crate::expand::{at, declare};

const FORM: &str = "a gauge has a name and a value: `wf_gauge!(\"queue_depth\", depth)`";

pub(crate) fn gauge(tokens: TokenStream, build: Build) -> TokenStream {
    super::expand(tokens, build, FORM, read)
}

fn read(input: ParseStream<'_>) -> Result<Expansion> {
    let runtime = super::runtime(input)?;
    let (name, mistake) = super::metric(input, FORM)?;
    let rest = Rest::read(input).and_then(|rest| match rest.value {
        Some(_) => Ok(rest),
        None => Err(missing(&name)),
    });
    let rest = super::with(mistake, rest)?;
    let site = declare(&runtime, "Gauge", &quote!(new(#name, "")), &rest.labels);
    let value = rest.value.as_ref();
    let typed = value.map(|value| quote_spanned!(at(value)=> let __wf_value: f64 = #value;));
    let set = rest.call("set", &quote!(__wf_value));
    let labels = rest.checked_labels();
    Ok(Expansion {
        measuring: quote!(#site #typed __WF_SITE.#set;),
        checked: quote!(#labels #typed let _ = __wf_value;),
    })
}

fn missing(name: &LitStr) -> Error {
    Error::new(name.span(), FORM)
}
