//! `#[wf_measure(ttft)]`: one generation of a model, from its arrival to its last token.

use proc_macro2::{Group, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::body;
use super::item_source;
use super::outcome::{self, find_err, require_plain_data};
use crate::args::expression::Expression;
use crate::plan::{GenerationPlan, Plan};
use crate::return_type::classify::{Classification, MAX_ERR_DEPTH};
use crate::return_type::syntax::Wrapper;
use crate::return_type::{CallKind, ItemSource, ItemSourceKind, Returned};
use crate::site;
use crate::tokens::runtime_at;

pub(super) fn expand(
    plan: &Plan,
    generation: &GenerationPlan,
    returned: &Returned<'_>,
    body: &Group,
) -> TokenStream {
    let site = declare_site(plan, generation);
    let arrival = arrival(plan, generation);
    let measured = match returned.item_source() {
        Some(source) => {
            let runtime = &plan.runtime;
            let measured = measured_source(plan, generation, &source);
            let wrapped = item_source::wrap(runtime, &source, &measured, &quote!(__wf_generation));
            counted_by_items(plan, returned, &wrapped, body)
        }
        None => counted_in_function(plan, returned, body),
    };
    quote!(#site #arrival #measured)
}

fn declare_site(plan: &Plan, generation: &GenerationPlan) -> TokenStream {
    let Plan {
        runtime,
        name,
        help,
        labels,
        ..
    } = plan;
    let target = match &generation.slo {
        Some(slo) => {
            let (quantile, limit_nanos) = (slo.quantile, slo.limit_nanos);
            quote!(::core::option::Option::Some(#runtime::Target::new(#quantile, #limit_nanos)))
        }
        None => quote!(::core::option::Option::None),
    };
    let constructor = match &generation.model {
        None => quote!(new(#name, #help, #target)),
        // With a literal, the series exists before the first call.
        Some(model) => match model.literal() {
            Some(model) => quote!(new(#model, #help, #target)),
            None => quote!(by_model(#help, #target)),
        },
    };
    site::declare(runtime, "Generation", &constructor, labels)
}

/// Returns the arrival of the request, with its queue time and the length of its prompt.
fn arrival(plan: &Plan, generation: &GenerationPlan) -> TokenStream {
    let runtime = &plan.runtime;
    let GenerationPlan {
        prompt_tokens,
        queued_at,
        ..
    } = generation;
    let arrive = arrive(plan, generation);
    let mutable = queued_at.as_ref().map(|_| quote!(mut));
    let queued = queued_at
        .as_ref()
        .map(|instant| quote!(__wf_generation.queued_at(#instant);));
    let prompt = prompt_tokens.as_ref().map(|n| {
        let n = n.as_tokens(runtime);
        quote!(__wf_generation.prompt_tokens(#n);)
    });
    quote! {
        let #mutable __wf_generation = #arrive;
        #queued
        #prompt
    }
}

/// Returns the call that begins the generation, with values for the model and the labels.
fn arrive(plan: &Plan, generation: &GenerationPlan) -> TokenStream {
    let name = &plan.name;
    let evaluated = generation
        .model
        .as_ref()
        .filter(|model| model.literal().is_none());
    let values = plan.labels.iter().map(|label| label.value.as_str());
    match (evaluated, &plan.labels[..]) {
        (None, []) => quote!(__WF_SITE.arrive()),
        (Some(model), _) => {
            let model = model.as_str();
            quote!(__WF_SITE.arrive_with(&[#model #(, #values)*]))
        }
        (None, _) => {
            let literal = generation.model.as_ref().and_then(Expression::literal);
            let model = literal.map_or_else(|| name.clone(), |model| quote!(#model));
            quote!(__WF_SITE.arrive_with(&[#model #(, #values)*]))
        }
    }
}

/// Measures a function that counts its tokens by `wf_token!` while it runs.
fn counted_in_function(plan: &Plan, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let closure = outcome::closure(plan, returned, require_plain_data);
    match returned.call {
        CallKind::Sync => {
            let run = body::run_in_scope(plan, returned.spelled, "enter", body);
            let output = quote!(&__wf_output);
            let outcome = outcome::outcome(plan, returned, require_plain_data, &output);
            quote! {
                let __wf_output = #run;
                __wf_generation.end(#outcome);
                __wf_output
            }
        }
        CallKind::Async => {
            let future = body::future(returned.spelled, body);
            quote!(__wf_generation.measure(#future, #closure).await)
        }
        CallKind::Future(wrapper) => {
            let future = returned_future(plan, returned, wrapper, "enter", body);
            let measured = quote!(__wf_generation.measure(__wf_future, #closure));
            let measured =
                item_source::rewrap(&plan.runtime, &returned.spelled, wrapper, &measured);
            quote!(let __wf_future = #future; #measured)
        }
    }
}

/// Measures a function whose tokens are the items of the stream or iterator that it returns.
///
/// `wrapped` is the measured source, made of `__wf_output`.
fn counted_by_items(
    plan: &Plan,
    returned: &Returned<'_>,
    wrapped: &TokenStream,
    body: &Group,
) -> TokenStream {
    let runtime = &plan.runtime;
    match returned.call {
        CallKind::Sync => {
            let run = body::run_in_scope(plan, returned.spelled, "enter_source", body);
            quote!(let __wf_output = #run; #wrapped)
        }
        CallKind::Async => {
            let future = body::future(returned.spelled, body);
            quote! {
                let (__wf_generation, __wf_output) = __wf_generation.accompany(#future).await;
                #wrapped
            }
        }
        CallKind::Future(wrapper) => {
            let future = returned_future(plan, returned, wrapper, "enter_source", body);
            let output = body::inferable_type(returned.output.ty());
            let then = quote! {
                #runtime::then(
                    __wf_generation.accompany(__wf_future),
                    move |(__wf_generation, __wf_output)| -> #output { #wrapped },
                )
            };
            let then = item_source::rewrap(runtime, &returned.spelled, wrapper, &then);
            quote!(let __wf_future = #future; #then)
        }
    }
}

/// Returns an expression for the future that the function returns, with the generation in scope.
fn returned_future(
    plan: &Plan,
    returned: &Returned<'_>,
    wrapper: Wrapper,
    enter: &str,
    body: &Group,
) -> TokenStream {
    body::boxed_async_block(wrapper, body)
        .unwrap_or_else(|| body::run_in_scope(plan, returned.spelled, enter, body))
}

/// Returns the source in `__wf_output`, measured.
fn measured_source(
    plan: &Plan,
    generation: &GenerationPlan,
    source: &ItemSource<'_>,
) -> TokenStream {
    let runtime = &plan.runtime;
    let progress = item_progress(plan, generation, source.item);
    match source.kind {
        ItemSourceKind::Stream => {
            quote!(#runtime::MeasureStream::new(__wf_output, __wf_generation, #progress))
        }
        ItemSourceKind::Iterator => {
            quote!(#runtime::MeasureIterator::new(__wf_output, __wf_generation, #progress))
        }
    }
}

/// Returns the progress that an item brings, as a closure of it.
///
/// An item is one token, or as many as `tokens` says of the value in its `Ok`. An `Err` is no
/// token, and a failure unless `ok_if` or `error_if` decides that.
fn item_progress(plan: &Plan, generation: &GenerationPlan, item: Option<&Type>) -> TokenStream {
    let runtime = &plan.runtime;
    let class = item.map_or(Classification::Unknown, Classification::finished);
    let value = quote!(__wf_item);
    let outcome = match (&plan.outcome_rule, class) {
        (Some(rule), _) => Some(outcome::by_rule(runtime, rule, &value)),
        (None, Classification::Known) => None,
        (None, Classification::Fallible(depth)) => Some(find_err(runtime, &value, depth)),
        (None, Classification::Unknown) => Some(find_err(runtime, &value, MAX_ERR_DEPTH)),
    };
    // `last` receives the same value as `tokens`; an item without one is not the last.
    let not_last = |progress: TokenStream| match generation.last {
        Some(_) => quote!((#progress, false)),
        None => progress,
    };
    let mut progress = value_progress(runtime, generation);
    if class != Classification::Known {
        let none = not_last(quote!(#runtime::Progress::Tokens(0)));
        progress = quote! {
            match #runtime::Probe::at(__wf_item).ok() {
                ::core::option::Option::Some(__wf_item) => #progress,
                ::core::option::Option::None => #none,
            }
        };
    }
    if let Some(outcome) = outcome {
        let failed = not_last(quote!(#runtime::Progress::Failed));
        progress = quote! {
            match #outcome {
                #runtime::Outcome::Ok => #progress,
                _ => #failed,
            }
        };
    }
    quote!(move |__wf_item| #progress)
}

/// Returns the number of tokens in `__wf_item`; with `last`, also whether the item is the last.
fn value_progress(runtime: &TokenStream, generation: &GenerationPlan) -> TokenStream {
    let progress = match &generation.tokens {
        Some(tokens) => {
            let (span, runtime) = runtime_at(runtime, tokens);
            quote_spanned!(span=> #runtime::count(__wf_item, #tokens))
        }
        None => quote!({ let _ = __wf_item; #runtime::Progress::Tokens(1) }),
    };
    match &generation.last {
        Some(last) => {
            let (span, runtime) = runtime_at(runtime, last);
            quote_spanned!(span=> #runtime::last(#progress, __wf_item, #last))
        }
        None => progress,
    }
}
