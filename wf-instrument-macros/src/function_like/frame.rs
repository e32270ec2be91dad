//! `wf_frame!()`, `wf_frame!("name")` and `wf_frame!("name", target_fps = 60)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token};

use super::Expansion;
use crate::args::frame_rate::FrameRate;
use crate::args::site_name;
use crate::build::Build;
use crate::expand::declare;

const FORM: &str =
    "a frame may have a name and a promise: `wf_frame!(\"canvas\", target_fps = 60)`";

pub(crate) fn frame(tokens: TokenStream, build: Build) -> TokenStream {
    super::expand(tokens, build, FORM, read)
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
    let promise = match input.is_empty() {
        true => None,
        false => Some(promise(input)?),
    };
    input.parse::<Option<Token![,]>>()?;
    let target_fps = FrameRate::expression(promise.as_ref(), &runtime);
    let site = declare(&runtime, "Frame", &quote!(new(#name, "", #target_fps)), &[]);
    Ok(Expansion {
        measuring: quote!(#site __WF_SITE.shown();),
        checked: quote!(const _: f64 = #target_fps;),
    })
}

fn promise(input: ParseStream<'_>) -> Result<FrameRate> {
    let key: Ident = input
        .parse()
        .map_err(|mistake| Error::new(mistake.span(), FORM))?;
    if key != "target_fps" {
        return Err(Error::new(key.span(), FORM));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}
