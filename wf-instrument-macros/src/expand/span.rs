//! `#[wf_measure]`: how long a call takes, and how it ends.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::body;
use super::item_source::{answer, in_its_box};
use super::outcome::{self, at_rest, err_within};
use crate::plan::Model;
use crate::return_type::classify::DEPTH;
use crate::return_type::syntax::Owner;
use crate::return_type::{Call, Returned, Source};
use crate::site;

pub(super) fn expand(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let Model {
        runtime,
        name,
        help,
        labels,
        ..
    } = model;
    let site = site::declare(runtime, "Span", &quote!(new(#name, #help)), labels);
    let start = site::call("start", labels, None);
    let start = quote!(let __wf_span = __WF_SITE.#start;);
    let measured = match (returned.call, returned.stream()) {
        (_, Some(stream)) => {
            let streamed = streamed(model, returned, &stream, body);
            quote!(#start #streamed)
        }
        (Call::Sync, None) => {
            let enter = site::call("enter", labels, None);
            let called = called(model, returned, body);
            quote!(let __wf_scope = __WF_SITE.#enter; #called)
        }
        // It ends by being dropped or by unwinding, which a span knows by itself.
        (Call::Async, None) if returned.never() => quote!(#start #body),
        (Call::Async, None) => {
            let future = body::future(returned.spelled, body);
            let judge = outcome::judge(model, returned, at_rest);
            quote!(#start __wf_span.measure(#future, #judge).await)
        }
        (Call::Future(owner), None) => {
            let future = made(model, returned, owner, body);
            let judge = outcome::judge(model, returned, at_rest);
            let measured = quote!(__wf_span.measure(__wf_future, #judge));
            let measured = in_its_box(runtime, &returned.spelled, owner, &measured);
            quote!(#start let __wf_future = #future; #measured)
        }
    };
    quote!(#site #measured)
}

/// A call that ends when the function returns.
fn called(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    if outcome::is_certain(model, returned, at_rest) {
        return quote!(#body);
    }
    let work = body::returned_by(model, returned.spelled, body);
    let outcome = outcome::outcome(model, returned, at_rest, &quote!(&__wf_output));
    quote! {
        let __wf_scope = __wf_scope.judged();
        let __wf_output = #work;
        __wf_scope.end(#outcome);
        __wf_output
    }
}

/// A call that goes on in the stream that it returns.
fn streamed(
    model: &Model,
    returned: &Returned<'_>,
    stream: &Source<'_>,
    body: &Group,
) -> TokenStream {
    let runtime = &model.runtime;
    let judge = judge_items(model);
    let measured = quote!(__wf_span.measure_stream(__wf_output, #judge));
    let answer = answer(runtime, stream, &measured, &quote!(__wf_span));
    match returned.call {
        Call::Sync => {
            let work = body::returned_by(model, returned.spelled, body);
            quote!(let __wf_output = #work; #answer)
        }
        Call::Async => {
            let future = body::future(returned.spelled, body);
            quote!(let __wf_output = #future.await; #answer)
        }
        Call::Future(owner) => {
            let future = made(model, returned, owner, body);
            let output = body::annotation(returned.output.ty());
            let answered = quote! {
                #runtime::then(__wf_future, move |__wf_output| -> #output { #answer })
            };
            let answered = in_its_box(runtime, &returned.spelled, owner, &answered);
            quote!(let __wf_future = #future; #answered)
        }
    }
}

/// The outcome that an item stands for, as a function of it.
fn judge_items(model: &Model) -> TokenStream {
    let runtime = &model.runtime;
    let item = quote!(__wf_item);
    let outcome = match &model.verdict {
        Some(verdict) => outcome::judged(runtime, verdict, &item),
        None => err_within(runtime, &item, DEPTH),
    };
    quote!(move |__wf_item| #outcome)
}

/// The future that the function makes.
fn made(model: &Model, returned: &Returned<'_>, owner: Owner, body: &Group) -> TokenStream {
    body::made_future(owner, body)
        .unwrap_or_else(|| body::returned_by(model, returned.spelled, body))
}
