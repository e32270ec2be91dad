//! The outcome of a measurement by the returned value: as the arguments say, or an error for an
//! `Err`.
//!
//! Where the spelling of a type does not show what a value contains, the expansion leaves it to the
//! compiler, which refuses a value that is not finished.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::plan::{OutcomeRule, Plan};
use crate::return_type::classify::{
    Classification, MAX_ERR_DEPTH, SINGLE_VALUE_TYPES, is_std_type,
};
use crate::return_type::syntax::{is_result, type_arguments, without_parentheses};
use crate::return_type::{Output, Returned};
use crate::tokens::{respanned, runtime_at, span_at};

/// Returns statements that compile only where the outcome can be decided by the output.
///
/// The last argument is an expression for a reference to the output.
pub(super) type OutputCheck = fn(&Plan, &Returned<'_>, &TokenStream) -> TokenStream;

/// Returns the outcome of a call that returned `output`, an expression for a reference.
pub(super) fn outcome(
    plan: &Plan,
    returned: &Returned<'_>,
    check: OutputCheck,
    output: &TokenStream,
) -> TokenStream {
    let check = check(plan, returned, output);
    let outcome = match &plan.outcome_rule {
        Some(rule) => by_rule(&plan.runtime, rule, output),
        None => by_err(&plan.runtime, returned, output),
    };
    match check.is_empty() {
        true => outcome,
        false => quote!({ #check #outcome }),
    }
}

/// Returns [`outcome`] as a closure of the output.
pub(super) fn closure(plan: &Plan, returned: &Returned<'_>, check: OutputCheck) -> TokenStream {
    let outcome = outcome(plan, returned, check, &quote!(__wf_output));
    match is_always_ok(plan, returned, check) {
        true => quote!(|_| #outcome),
        false => quote!(move |__wf_output| #outcome),
    }
}

/// Returns whether the spelling alone shows that every call that returns is ok.
pub(super) fn is_always_ok(plan: &Plan, returned: &Returned<'_>, check: OutputCheck) -> bool {
    plan.outcome_rule.is_none()
        && returned.output.classify(Classification::finished) == Classification::Known
        && check(plan, returned, &TokenStream::new()).is_empty()
}

/// Returns the outcome of `value` by `ok_if` or `error_if`; a wrong type is reported there.
pub(super) fn by_rule(
    runtime: &TokenStream,
    rule: &OutcomeRule,
    value: &TokenStream,
) -> TokenStream {
    let (OutcomeRule::OkIf(function) | OutcomeRule::ErrorIf(function)) = rule;
    let (span, runtime) = runtime_at(runtime, function);
    match rule {
        OutcomeRule::OkIf(_) => quote_spanned!(span=> #runtime::Outcome::ok_if(#value, #function)),
        OutcomeRule::ErrorIf(_) => {
            quote_spanned!(span=> #runtime::Outcome::error_if(#value, #function))
        }
    }
}

fn by_err(runtime: &TokenStream, returned: &Returned<'_>, output: &TokenStream) -> TokenStream {
    match returned.output.classify(Classification::finished) {
        Classification::Known => quote!(#runtime::Outcome::Ok),
        Classification::Fallible(depth) => find_err(runtime, output, depth),
        Classification::Unknown => find_err(runtime, output, MAX_ERR_DEPTH),
    }
}

/// Returns the outcome of `value`, a reference: an error for an `Err` down to `depth`.
pub(super) fn find_err(runtime: &TokenStream, value: &TokenStream, depth: usize) -> TokenStream {
    let inner = (0..depth).map(|_| quote!(.inner()));
    quote!(#runtime::Probe::at(#value) #(#inner)* .outcome())
}

/// Refuses an output that may produce tokens after the function has returned it.
pub(super) fn require_plain_data(
    plan: &Plan,
    returned: &Returned<'_>,
    output: &TokenStream,
) -> TokenStream {
    let spelled = returned.output.classify(Classification::plain_data);
    if returned.is_declared_value() || spelled != Classification::Unknown {
        return TokenStream::new();
    }
    let (span, runtime) = runtime_at(&plan.runtime, &returned.spelled);
    let output = respanned(output, span);
    quote_spanned!(span=> #runtime::plain_data(#output);)
}

/// Refuses an output in which work continues after the function has returned it.
pub(super) fn require_finished(
    plan: &Plan,
    returned: &Returned<'_>,
    output: &TokenStream,
) -> TokenStream {
    if returned.is_declared_value() {
        return TokenStream::new();
    }
    let (span, runtime) = runtime_at(&plan.runtime, &returned.spelled);
    let output = respanned(output, span);
    let probe = quote_spanned!(span=> #runtime::Probe::at(#output));
    match returned.output {
        Output::Unit => TokenStream::new(),
        Output::Explicit(ty) => require_finished_part(ty, &probe),
        Output::Aliased(_) | Output::Unknown => refuse_future_and_stream(span, &probe),
    }
}

/// Does the same for a part of the output, of type `ty`.
fn require_finished_part(ty: &Type, probe: &TokenStream) -> TokenStream {
    if Classification::finished(ty) != Classification::Unknown {
        return TokenStream::new();
    }
    // A probe cannot look into a trait object, nor at the parts of a long tuple.
    let inner = type_arguments(ty)
        .next()
        .filter(|inner| !matches!(inner, Type::TraitObject(_)));
    match (ty, inner) {
        (Type::Tuple(tuple), _) if tuple.elems.len() <= 6 => {
            let parts = tuple.elems.iter().enumerate();
            let checks = parts.map(|(i, part)| {
                require_finished_part(without_parentheses(part), &tuple_part(probe, i, part))
            });
            checks.collect()
        }
        (_, Some(inner))
            if is_result(ty)
                || is_std_type(ty, &SINGLE_VALUE_TYPES)
                || is_std_type(ty, &["Vec"]) =>
        {
            let span = span_at(inner);
            require_finished_part(inner, &quote_spanned!(span=> #probe.inner()))
        }
        _ => refuse_future_and_stream(span_at(ty), probe),
    }
}

fn tuple_part(probe: &TokenStream, i: usize, part: &impl Spanned) -> TokenStream {
    let span = span_at(part);
    let name = Ident::new(&format!("part_{i}"), span);
    quote_spanned!(span=> #probe.#name())
}

/// Refuses a future or a stream as the value of `probe`, and within it down to the maximum depth.
fn refuse_future_and_stream(span: Span, probe: &TokenStream) -> TokenStream {
    let whole = quote_spanned!(span=> let __wf_probe = #probe;);
    let inner = quote_spanned!(span=> let __wf_probe = __wf_probe.inner(););
    let check = quote_spanned!(span=> __wf_probe.no_future(); __wf_probe.no_stream(););
    quote!(#whole #check #inner #check #inner #check)
}
