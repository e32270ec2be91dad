//! `wf_gauge!("name", value)`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::ParseStream;
use syn::{Error, LitStr, Result};

use super::Expansion;
use crate::build::Build;
use crate::code::Code;
use crate::expand::{at, declare};

const FORM: &str = "a gauge has a name and a value: `wf_gauge!(\"queue_depth\", depth)`";

pub(crate) fn gauge(tokens: TokenStream, build: Build) -> TokenStream {
    super::expand(tokens, build, read)
}

fn read(input: ParseStream<'_>) -> Result<Expansion> {
    let runtime = super::runtime(input)?;
    let (name, mistake) = super::metric(input, FORM)?;
    let value = super::value(input).and_then(|value| value.ok_or_else(|| missing(&name)));
    let value: Code = super::with(mistake, value)?;
    let site = declare(&runtime, "Gauge", &quote!(new(#name, "")), &[]);
    let span = at(&value);
    let typed = quote_spanned!(span=> let __wf_value: f64 = #value;);
    Ok(Expansion {
        measuring: quote!(#site #typed __WF_SITE.set(__wf_value);),
        checked: quote_spanned!(span=> let _: f64 = #value;),
    })
}

fn missing(name: &LitStr) -> Error {
    Error::new(name.span(), FORM)
}
