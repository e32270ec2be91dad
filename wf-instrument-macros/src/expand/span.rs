//! `#[wf_measure]`: how long a call takes, and how it ends.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::{body, site};
use crate::model::Model;
use crate::returned::{Call, Returned};

pub(super) fn expand(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let Model {
        runtime,
        name,
        help,
        ..
    } = model;
    let site = site::declare(runtime, "Span", &quote!(new(#name, #help)));
    let measured = match returned.call {
        Call::Sync if returned.fallible() => judged(runtime, returned, body),
        Call::Sync => quote!(let __wf_scope = __WF_SITE.enter(); #body),
        // It ends by being dropped or by unwinding, which a span knows by itself.
        Call::Async if returned.never() => quote!(let __wf_span = __WF_SITE.start(); #body),
        Call::Async => awaited(runtime, returned, body),
        Call::Future { boxed } => handed_on(runtime, returned, boxed, body),
    };
    quote!(#site #measured)
}

/// A call whose result says how it ended.
fn judged(runtime: &TokenStream, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let work = call(&body::closure(returned.spelled, body));
    let outcome = body::outcome(runtime, returned);
    quote! {
        let __wf_span = __WF_SITE.start();
        let __wf_output = #work;
        __wf_span.end(#outcome);
        __wf_output
    }
}

fn awaited(runtime: &TokenStream, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let future = body::future(returned.output, body);
    let judge = body::judge(runtime, returned);
    quote!(__WF_SITE.start().measure(#future, #judge).await)
}

/// A call that goes on in the future it returns.
fn handed_on(
    runtime: &TokenStream,
    returned: &Returned<'_>,
    boxed: bool,
    body: &Group,
) -> TokenStream {
    let future =
        body::unboxed_future(body).unwrap_or_else(|| call(&body::closure(returned.spelled, body)));
    let judge = body::judge(runtime, returned);
    let measured = body::boxed_if(boxed, quote!(__wf_span.measure(__wf_future, #judge)));
    quote! {
        let __wf_span = __WF_SITE.start();
        let __wf_future = #future;
        #measured
    }
}

/// Calls `closure` as what it is, a function of one call: called in place it could not return what it borrows from its captures.
fn call(closure: &TokenStream) -> TokenStream {
    quote! {{
        fn __wf_call<T>(work: impl ::core::ops::FnOnce() -> T) -> T {
            work()
        }
        __wf_call(#closure)
    }}
}
