//! `#[wf_measure(ttft)]`: one reply of a model, from its arrival to the end of its tokens.

use proc_macro2::{Group, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::body;
use super::item_source::{answer, in_its_box};
use super::outcome::{self, err_within, plain_data};
use crate::args::expression::Code;
use crate::plan::{Generation, Model};
use crate::return_type::classify::{Content, DEPTH};
use crate::return_type::syntax::Owner;
use crate::return_type::{Call, Returned, Source, SourceKind};
use crate::site;
use crate::tokens::runtime_at;

pub(super) fn expand(
    model: &Model,
    generation: &Generation,
    returned: &Returned<'_>,
    body: &Group,
) -> TokenStream {
    let site = declare(model, generation);
    let arrival = arrival(model, generation);
    let measured = match returned.source() {
        Some(source) => {
            let runtime = &model.runtime;
            let measured = measured(model, generation, &source);
            let answer = answer(runtime, &source, &measured, &quote!(__wf_generation));
            yielded(model, returned, &answer, body)
        }
        None => pushed(model, returned, body),
    };
    quote!(#site #arrival #measured)
}

fn declare(model: &Model, generation: &Generation) -> TokenStream {
    let Model {
        runtime,
        name,
        help,
        labels,
        ..
    } = model;
    let target = match &generation.slo {
        Some(slo) => {
            let (quantile, limit_nanos) = (slo.quantile, slo.limit_nanos);
            quote!(::core::option::Option::Some(#runtime::Target::new(#quantile, #limit_nanos)))
        }
        None => quote!(::core::option::Option::None),
    };
    let made = match &generation.model {
        None => quote!(new(#name, #help, #target)),
        // A model that is known when the program is compiled: its series is there before the first
        // call.
        Some(model) => match model.literal() {
            Some(model) => quote!(new(#model, #help, #target)),
            None => quote!(by_model(#help, #target)),
        },
    };
    site::declare(runtime, "Generation", &made, labels)
}

/// The arrival of the request, with its queue time and the length of its prompt.
fn arrival(model: &Model, generation: &Generation) -> TokenStream {
    let runtime = &model.runtime;
    let Generation {
        prompt_tokens,
        queued_at,
        ..
    } = generation;
    let arrive = arrive(model, generation);
    let mutable = queued_at.as_ref().map(|_| quote!(mut));
    let queued = queued_at
        .as_ref()
        .map(|at| quote!(__wf_generation.queued_at(#at);));
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

/// With its model, where that is known at the call only, and the values of its labels.
fn arrive(model: &Model, generation: &Generation) -> TokenStream {
    let name = &model.name;
    let asked = generation
        .model
        .as_ref()
        .filter(|model| model.literal().is_none());
    let values = model.labels.iter().map(|label| label.value.as_str());
    match (asked, &model.labels[..]) {
        (None, []) => quote!(__WF_SITE.arrive()),
        (Some(model), _) => {
            let model = model.as_str();
            quote!(__WF_SITE.arrive_with(&[#model #(, #values)*]))
        }
        (None, _) => {
            let known = generation.model.as_ref().and_then(Code::literal);
            let model = known.map_or_else(|| name.clone(), |model| quote!(#model));
            quote!(__WF_SITE.arrive_with(&[#model #(, #values)*]))
        }
    }
}

/// A function that counts its tokens by `wf_token!` while it runs.
fn pushed(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let judge = outcome::judge(model, returned, plain_data);
    match returned.call {
        Call::Sync => {
            let work = body::returned_within(model, returned.spelled, "enter", body);
            let outcome = outcome::outcome(model, returned, plain_data, &quote!(&__wf_output));
            quote! {
                let __wf_output = #work;
                __wf_generation.end(#outcome);
                __wf_output
            }
        }
        Call::Async => {
            let future = body::future(returned.spelled, body);
            quote!(__wf_generation.measure(#future, #judge).await)
        }
        Call::Future(owner) => {
            let future = made(model, returned, owner, "enter", body);
            let measured = quote!(__wf_generation.measure(__wf_future, #judge));
            let measured = in_its_box(&model.runtime, &returned.spelled, owner, &measured);
            quote!(let __wf_future = #future; #measured)
        }
    }
}

/// A function whose tokens come from the stream or iterator that it returns, which `answer` makes
/// of `__wf_output`.
fn yielded(
    model: &Model,
    returned: &Returned<'_>,
    answer: &TokenStream,
    body: &Group,
) -> TokenStream {
    let runtime = &model.runtime;
    match returned.call {
        Call::Sync => {
            let work = body::returned_within(model, returned.spelled, "enter_source", body);
            quote!(let __wf_output = #work; #answer)
        }
        Call::Async => {
            let future = body::future(returned.spelled, body);
            quote! {
                let (__wf_generation, __wf_output) = __wf_generation.accompany(#future).await;
                #answer
            }
        }
        Call::Future(owner) => {
            let future = made(model, returned, owner, "enter_source", body);
            let output = body::annotation(returned.output.ty());
            let answered = quote! {
                #runtime::then(
                    __wf_generation.accompany(__wf_future),
                    move |(__wf_generation, __wf_output)| -> #output { #answer },
                )
            };
            let answered = in_its_box(runtime, &returned.spelled, owner, &answered);
            quote!(let __wf_future = #future; #answered)
        }
    }
}

/// The future that the function makes, with the generation in scope by the method `enter`.
fn made(
    model: &Model,
    returned: &Returned<'_>,
    owner: Owner,
    enter: &str,
    body: &Group,
) -> TokenStream {
    body::made_future(owner, body)
        .unwrap_or_else(|| body::returned_within(model, returned.spelled, enter, body))
}

/// The source in `__wf_output`, measured as the answer of the generation.
fn measured(model: &Model, generation: &Generation, source: &Source<'_>) -> TokenStream {
    let runtime = &model.runtime;
    let judge = judge_items(model, generation, source.item);
    match source.kind {
        SourceKind::Stream => {
            quote!(#runtime::MeasureStream::new(__wf_output, __wf_generation, #judge))
        }
        SourceKind::Iterator => {
            quote!(#runtime::MeasureIterator::new(__wf_output, __wf_generation, #judge))
        }
    }
}

/// The judgement of an item, as a function of it: one token or what `tokens` says of what is in an
/// `Ok`. An `Err` is a failure, unless `ok_if` or `error_if` says what is one, and no token.
fn judge_items(model: &Model, generation: &Generation, item: Option<&Type>) -> TokenStream {
    let runtime = &model.runtime;
    let content = item.map_or(Content::Unknown, Content::at_rest);
    let outcome = match (&model.verdict, content) {
        (Some(verdict), _) => Some(outcome::judged(runtime, verdict, &quote!(__wf_item))),
        (None, Content::Known) => None,
        (None, Content::Fallible(depth)) => Some(err_within(runtime, &quote!(__wf_item), depth)),
        (None, Content::Unknown) => Some(err_within(runtime, &quote!(__wf_item), DEPTH)),
    };
    // `last` looks at the same value as `tokens`, and an item without one is not the last.
    let not_last = |progress: TokenStream| match generation.last {
        Some(_) => quote!((#progress, false)),
        None => progress,
    };
    let mut judged = judge_item(runtime, generation);
    if content != Content::Known {
        let none = not_last(quote!(#runtime::Progress::Tokens(0)));
        judged = quote! {
            match #runtime::Probe::at(__wf_item).ok() {
                ::core::option::Option::Some(__wf_item) => #judged,
                ::core::option::Option::None => #none,
            }
        };
    }
    if let Some(outcome) = outcome {
        let failed = not_last(quote!(#runtime::Progress::Failed));
        judged = quote! {
            match #outcome {
                #runtime::Outcome::Ok => #judged,
                _ => #failed,
            }
        };
    }
    quote!(move |__wf_item| #judged)
}

/// The number of tokens in `__wf_item`, and where that is asked for, whether it is the last item.
fn judge_item(runtime: &TokenStream, generation: &Generation) -> TokenStream {
    let progress = match &generation.tokens {
        Some(tokens) => {
            let (at, runtime) = runtime_at(runtime, tokens);
            quote_spanned!(at=> #runtime::count(__wf_item, #tokens))
        }
        None => quote!({ let _ = __wf_item; #runtime::Progress::Tokens(1) }),
    };
    match &generation.last {
        Some(last) => {
            let (at, runtime) = runtime_at(runtime, last);
            quote_spanned!(at=> #runtime::last(#progress, __wf_item, #last))
        }
        None => progress,
    }
}
