//! `#[wf_measure(frame)]`: one picture a call.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::body;
use super::outcome::at_rest;
use crate::args::frame_rate::FrameRate;
use crate::plan::Model;
use crate::return_type::Returned;
use crate::site;

pub(super) fn expand(
    model: &Model,
    target_fps: Option<&FrameRate>,
    returned: &Returned<'_>,
    body: &Group,
) -> TokenStream {
    let Model {
        runtime,
        name,
        help,
        labels,
        ..
    } = model;
    let target_fps = FrameRate::expression(target_fps, runtime);
    let made = quote!(new(#name, #help, #target_fps));
    let site = site::declare(runtime, "Frame", &made, labels);
    let enter = site::call("enter", labels, None);
    let enter = quote!(#site let __wf_scope = __WF_SITE.#enter;);
    let refused = at_rest(model, returned, &quote!(&__wf_output));
    if refused.is_empty() {
        return quote!(#enter #body);
    }
    let work = body::returned_by(model, returned.spelled, body);
    quote!(#enter let __wf_output = #work; #refused __wf_output)
}
