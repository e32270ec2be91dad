//! `wf_frame!()`, `wf_frame!("name")` and `wf_frame!("name", target_fps = 60)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token};

use super::Expansion;
use crate::args::{frames_per_second, site_name};
use crate::build::Build;
use crate::expand::declare;

pub(crate) fn frame(tokens: TokenStream, build: Build) -> TokenStream {
    super::expand(tokens, build, read)
}

fn read(input: ParseStream<'_>) -> Result<Expansion> {
    let runtime = super::runtime(input)?;
    let name = match input.peek(LitStr) {
        true => {
            let name = site_name(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            quote!(#name)
        }
        false => quote!(::core::module_path!()),
    };
    let target_fps = if input.is_empty() {
        0.0
    } else {
        promise(input)?
    };
    input.parse::<Option<Token![,]>>()?;
    let site = declare(&runtime, "Frame", &quote!(new(#name, "", #target_fps)), &[]);
    Ok(Expansion {
        measuring: quote!(#site __WF_SITE.shown();),
        checked: TokenStream::new(),
    })
}

fn promise(input: ParseStream<'_>) -> Result<f64> {
    let form = "a frame may have a name and a promise: `wf_frame!(\"canvas\", target_fps = 60)`";
    let key: Ident = input
        .parse()
        .map_err(|mistake| Error::new(mistake.span(), form))?;
    if key != "target_fps" {
        return Err(Error::new(key.span(), form));
    }
    input.parse::<Token![=]>()?;
    frames_per_second(input)
}
