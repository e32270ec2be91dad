//! `#[wf_measure(frame)]`: one picture a call.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::{entered, site};
use crate::model::Model;

pub(super) fn expand(model: &Model, target_fps: f64, body: &Group) -> TokenStream {
    let Model {
        runtime,
        name,
        help,
        labels,
        ..
    } = model;
    let made = quote!(new(#name, #help, #target_fps));
    let site = site::declare(runtime, "Frame", &made, labels);
    let enter = entered("enter", labels);
    quote!(#site let __wf_scope = __WF_SITE.#enter; #body)
}
