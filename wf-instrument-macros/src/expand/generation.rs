//! `#[wf_measure(ttft)]`: one reply of a model, from its arrival to the end of its tokens.

use proc_macro2::{Group, TokenStream};
use quote::{quote, quote_spanned};

use super::{body, number, placed, site, text};
use crate::code::Code;
use crate::model::{Generation, Model};
use crate::returned::{Call, Returned, Source, SourceKind};
use crate::spelling::Owner;

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
            let judge = judge_items(model, &source, generation.tokens.as_ref());
            let answer = answer(&model.runtime, &source, &judge);
            yielded(returned, &answer, body)
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
        // A model that is known when the program is compiled: its series is there before the first call.
        Some(model) => match model.literal() {
            Some(model) => quote!(new(#model, #help, #target)),
            None => quote!(by_model(#help, #target)),
        },
    };
    site::declare(runtime, "Generation", &made, labels)
}

/// The request arrives, and everything that the arguments say of it is told.
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
        let n = number(runtime, n);
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
    let values = model.labels.iter().map(|label| text(&label.value));
    match (asked, &model.labels[..]) {
        (None, []) => quote!(__WF_SITE.arrive()),
        (Some(model), _) => {
            let model = text(model);
            quote!(__WF_SITE.arrive_with(&[#model #(, #values)*]))
        }
        (None, _) => {
            let known = generation.model.as_ref().and_then(Code::literal);
            let model = known.map_or_else(|| name.clone(), |model| quote!(#model));
            quote!(__WF_SITE.arrive_with(&[#model #(, #values)*]))
        }
    }
}

/// Tokens come while the function runs, told by `wf_token!`.
fn pushed(model: &Model, returned: &Returned<'_>, body: &Group) -> TokenStream {
    let judge = body::judge(model, returned);
    match returned.call {
        Call::Sync => {
            let work = body::closure(returned.spelled, body);
            let outcome = body::outcome(model, returned);
            quote! {
                let __wf_output = __wf_generation.enter(#work);
                __wf_generation.end(#outcome);
                __wf_output
            }
        }
        Call::Async => {
            let future = body::future(returned.output, body);
            quote!(__wf_generation.measure(#future, #judge).await)
        }
        Call::Future { boxed } => {
            let future = made(returned, body);
            let measured = quote!(__wf_generation.measure(__wf_future, #judge));
            let measured = body::boxed_if(boxed, measured);
            quote!(let __wf_future = #future; #measured)
        }
    }
}

/// Tokens come from the stream or iterator that the function returns, which `answer` makes of `__wf_output`.
fn yielded(returned: &Returned<'_>, answer: &TokenStream, body: &Group) -> TokenStream {
    match returned.call {
        Call::Sync => {
            let work = body::closure(returned.spelled, body);
            quote!(let __wf_output = __wf_generation.enter(#work); #answer)
        }
        Call::Async => {
            let future = body::future(returned.output, body);
            quote! {
                let (__wf_generation, __wf_output) = __wf_generation.accompany(#future).await;
                #answer
            }
        }
        Call::Future { boxed } => {
            let future = made(returned, body);
            let pin = body::pin_output(returned.output);
            let answered = quote! {
                async move {
                    #pin
                    let (__wf_generation, __wf_output) = __wf_future.await;
                    #answer
                }
            };
            let answered = body::boxed_if(boxed, answered);
            quote! {
                let __wf_future = #future;
                let __wf_future = __wf_generation.accompany(__wf_future);
                #answered
            }
        }
    }
}

/// The future that the function makes; whatever is counted meanwhile is the generation's.
fn made(returned: &Returned<'_>, body: &Group) -> TokenStream {
    body::unboxed_future(body).unwrap_or_else(|| {
        let work = body::closure(returned.spelled, body);
        quote!(__wf_generation.enter(#work))
    })
}

/// The measured source, in the box and the result that it came in.
fn answer(runtime: &TokenStream, source: &Source<'_>, judge: &TokenStream) -> TokenStream {
    let measure = match source.kind {
        SourceKind::Stream => quote!(#runtime::MeasureStream),
        SourceKind::Iterator => quote!(#runtime::MeasureIterator),
    };
    let measured = quote!(#measure::new(__wf_output, __wf_generation, #judge));
    let measured = match source.owner {
        Owner::Plain => measured,
        Owner::Box => quote!(::std::boxed::Box::new(#measured)),
        Owner::PinBox => quote!(::std::boxed::Box::pin(#measured)),
    };
    if !source.in_result {
        return measured;
    }
    quote! {
        match __wf_output {
            ::core::result::Result::Ok(__wf_output) => ::core::result::Result::Ok(#measured),
            ::core::result::Result::Err(__wf_error) => {
                __wf_generation.end(#runtime::Outcome::Error);
                ::core::result::Result::Err(__wf_error)
            }
        }
    }
}

/// What an item brings: one token or what `tokens` says; an `Err` is a failure, unless `ok_if` or `error_if` says what is one.
fn judge_items(model: &Model, source: &Source<'_>, tokens: Option<&Code>) -> TokenStream {
    let runtime = &model.runtime;
    let progress = match tokens {
        Some(tokens) => {
            let (at, runtime) = placed(runtime, tokens);
            quote_spanned!(at=> #runtime::count(__wf_item, #tokens))
        }
        None => quote!(#runtime::Progress::Tokens(1)),
    };
    let item = if tokens.is_some() {
        quote!(__wf_item)
    } else {
        quote!(_)
    };
    let Some(verdict) = &model.verdict else {
        return match source.fallible_items() {
            false => quote!(move |#item| #progress),
            true => quote! {
                move |__wf_result| match __wf_result {
                    ::core::result::Result::Ok(#item) => #progress,
                    ::core::result::Result::Err(_) => #runtime::Progress::Failed,
                }
            },
        };
    };
    let judged = body::judged(runtime, verdict, &quote!(__wf_whole));
    let progress = match source.fallible_items() {
        false => quote!({ let #item = __wf_whole; #progress }),
        true => quote! {
            match __wf_whole {
                ::core::result::Result::Ok(#item) => #progress,
                ::core::result::Result::Err(_) => #runtime::Progress::Tokens(0),
            }
        },
    };
    quote! {
        move |__wf_whole| match #judged {
            #runtime::Outcome::Ok => #progress,
            _ => #runtime::Progress::Failed,
        }
    }
}
