//! `#[wf_measure]`: the duration of a call, and its outcome.

use proc_macro2::{Group, TokenStream};
use quote::quote;

use super::body;
use super::item_source;
use super::outcome::{self, find_err, require_finished};
use crate::plan::Plan;
use crate::return_type::classify::MAX_ERR_DEPTH;
use crate::return_type::syntax::Wrapper;
use crate::return_type::{CallKind, ItemSource, Returned};
use crate::site;

pub(super) fn expand(plan: &Plan, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let Plan {
        runtime,
        name,
        help,
        labels,
        ..
    } = plan;
    let site = site::declare(runtime, "Span", &quote!(new(#name, #help)), labels);
    let start = site::call("start", labels, None);
    let start = quote!(let __wf_span = __WF_SITE.#start;);
    let measured = match (returned.call, returned.stream()) {
        (_, Some(stream)) => {
            let measured = until_stream_ends(plan, returned, &stream, body);
            quote!(#start #measured)
        }
        (CallKind::Sync, None) => until_return(plan, returned, body),
        // It ends only by a drop or a panic, which the span records by itself.
        (CallKind::Async, None) if returned.is_never() => quote!(#start #body),
        (CallKind::Async, None) => {
            let future = body::future(returned.spelled, body);
            let outcome = outcome::closure(plan, returned, require_finished);
            quote!(#start __wf_span.measure(#future, #outcome).await)
        }
        (CallKind::Future(wrapper), None) => {
            let future = returned_future(plan, returned, wrapper, body);
            let outcome = outcome::closure(plan, returned, require_finished);
            let measured = quote!(__wf_span.measure(__wf_future, #outcome));
            let measured = item_source::rewrap(runtime, &returned.spelled, wrapper, &measured);
            quote!(#start let __wf_future = #future; #measured)
        }
    };
    quote!(#site #measured)
}

/// Measures a call until the function returns.
fn until_return(plan: &Plan, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let outcome = outcome::outcome(plan, returned, require_finished, &quote!(&__wf_output));
    let end = quote!(__wf_scope.end(#outcome););
    let measured = if outcome::is_always_ok(plan, returned, require_finished) {
        body::run_to_end(plan, returned, body, &end)
    } else {
        let run = body::run(plan, returned.spelled, body);
        Some(quote!(let __wf_output = #run; #end __wf_output))
    };
    let enter = |method| site::call(method, &plan.labels, None);
    match measured {
        Some(measured) => {
            let enter = enter("enter_judged");
            quote!(let __wf_scope = __WF_SITE.#enter; #measured)
        }
        None => {
            let enter = enter("enter");
            quote!(let __wf_scope = __WF_SITE.#enter; #body)
        }
    }
}

/// Measures a call until the stream that it returns ends.
fn until_stream_ends(
    plan: &Plan,
    returned: &Returned<'_>,
    stream: &ItemSource<'_>,
    body: &Group,
) -> TokenStream {
    let runtime = &plan.runtime;
    let item_outcome = item_outcome(plan);
    let measured = quote!(__wf_span.measure_stream(__wf_output, #item_outcome));
    let wrapped = item_source::wrap(runtime, stream, &measured, &quote!(__wf_span));
    match returned.call {
        CallKind::Sync => {
            let run = body::run(plan, returned.spelled, body);
            quote!(let __wf_output = #run; #wrapped)
        }
        CallKind::Async => {
            let future = body::future(returned.spelled, body);
            quote!(let __wf_output = #future.await; #wrapped)
        }
        CallKind::Future(wrapper) => {
            let future = returned_future(plan, returned, wrapper, body);
            let output = body::inferable_type(returned.output.ty());
            let then = quote! {
                #runtime::then(__wf_future, move |__wf_output| -> #output { #wrapped })
            };
            let then = item_source::rewrap(runtime, &returned.spelled, wrapper, &then);
            quote!(let __wf_future = #future; #then)
        }
    }
}

/// Returns the outcome of an item as a closure of it.
fn item_outcome(plan: &Plan) -> TokenStream {
    let runtime = &plan.runtime;
    let item = quote!(__wf_item);
    let outcome = match &plan.outcome_rule {
        Some(rule) => outcome::by_rule(runtime, rule, &item),
        None => find_err(runtime, &item, MAX_ERR_DEPTH),
    };
    quote!(move |__wf_item| #outcome)
}

/// Returns an expression for the future that the function returns.
fn returned_future(
    plan: &Plan,
    returned: &Returned<'_>,
    wrapper: Wrapper,
    body: &Group,
) -> TokenStream {
    body::boxed_async_block(wrapper, body)
        .unwrap_or_else(|| body::run(plan, returned.spelled, body))
}
