//! `#[wf_measure]`: how long a call takes, and how it ends.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::{body, entered, site};
use crate::model::Model;
use crate::returned::{Call, Returned};

pub(super) fn expand(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let Model {
        runtime,
        name,
        help,
        labels,
        ..
    } = model;
    let site = site::declare(runtime, "Span", &quote!(new(#name, #help)), labels);
    let start = entered("start", labels);
    let start = quote!(let __wf_span = __WF_SITE.#start;);
    let measured = match returned.call {
        Call::Sync if returned.fallible() || model.verdict.is_some() => {
            let judged = judged(model, returned, body);
            quote!(#start #judged)
        }
        Call::Sync => {
            let enter = entered("enter", labels);
            quote!(let __wf_scope = __WF_SITE.#enter; #body)
        }
        // It ends by being dropped or by unwinding, which a span knows by itself.
        Call::Async if returned.never() => quote!(#start #body),
        Call::Async => {
            let awaited = awaited(model, returned, body);
            quote!(#start #awaited)
        }
        Call::Future { boxed } => {
            let handed_on = handed_on(model, returned, boxed, body);
            quote!(#start #handed_on)
        }
    };
    quote!(#site #measured)
}

/// A call whose output says how it ended.
fn judged(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let runtime = &model.runtime;
    let work = body::closure(returned.spelled, body);
    let outcome = body::outcome(model, returned);
    quote! {
        let __wf_output = #runtime::call(#work);
        __wf_span.end(#outcome);
        __wf_output
    }
}

fn awaited(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let future = body::future(returned.output, body);
    let judge = body::judge(model, returned);
    quote!(__wf_span.measure(#future, #judge).await)
}

/// A call that goes on in the future it returns.
fn handed_on(model: &Model, returned: &Returned<'_>, boxed: bool, body: &Group) -> TokenStream {
    let runtime = &model.runtime;
    let future = body::unboxed_future(body).unwrap_or_else(|| {
        let work = body::closure(returned.spelled, body);
        quote!(#runtime::call(#work))
    });
    let judge = body::judge(model, returned);
    let measured = body::boxed_if(boxed, quote!(__wf_span.measure(__wf_future, #judge)));
    quote! {
        let __wf_future = #future;
        #measured
    }
}
