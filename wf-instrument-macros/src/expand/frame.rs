//! `#[wf_measure(frame)]`: each call draws one frame.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::body;
use super::outcome::require_finished;
use crate::args::frame_rate::FrameRate;
use crate::plan::Plan;
use crate::return_type::Returned;
use crate::site;

pub(super) fn expand(
    plan: &Plan,
    target_fps: Option<&FrameRate>,
    returned: &Returned<'_>,
    body: &Group,
) -> TokenStream {
    let Plan {
        runtime,
        name,
        help,
        labels,
        ..
    } = plan;
    let target_fps = FrameRate::to_f64(target_fps, runtime);
    let constructor = quote!(new(#name, #help, #target_fps));
    let site = site::declare(runtime, "Frame", &constructor, labels);
    let check = require_finished(plan, returned, &quote!(&__wf_output));
    let end = quote!(__wf_scope.end(););
    let measured = if check.is_empty() {
        body::run_to_end(plan, returned, body, &end)
    } else {
        let run = body::run(plan, returned.spelled, body);
        Some(quote!(let __wf_output = #run; #check #end __wf_output))
    };
    match measured {
        Some(measured) => {
            let enter = site::call("enter_judged", labels, None);
            quote!(#site let __wf_scope = __WF_SITE.#enter; #measured)
        }
        None => {
            let enter = site::call("enter", labels, None);
            quote!(#site let __wf_scope = __WF_SITE.#enter; #body)
        }
    }
}
