//! The end of a measurement by the value that came back: as the author says, or an error where
//! there is an `Err` in it.
//!
//! Where the spelling of a type does not show what a value holds, the compiler looks at it, and
//! refuses what cannot be judged yet.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::plan::{Model, Told, Verdict};
use crate::return_type::classify::{Content, DEPTH, HOLDERS, is_spelled};
use crate::return_type::syntax::{is_result, plain, type_arguments};
use crate::return_type::{Output, Returned};
use crate::tokens::{respanned, runtime_at, span_at};

/// Statements about the output, given as an expression for a reference to it, that compile only
/// where its end can be judged by it.
pub(super) type Check = fn(&Model, &Returned<'_>, &TokenStream) -> TokenStream;

/// The outcome by `output`, a reference, where the call returns.
pub(super) fn outcome(
    model: &Model,
    returned: &Returned<'_>,
    check: Check,
    output: &TokenStream,
) -> TokenStream {
    let check = check(model, returned, output);
    let outcome = match &model.verdict {
        Some(verdict) => judged(&model.runtime, verdict, output),
        None => failure(&model.runtime, returned, output),
    };
    match check.is_empty() {
        true => outcome,
        false => quote!({ #check #outcome }),
    }
}

/// The same as a function of the output.
pub(super) fn judge(model: &Model, returned: &Returned<'_>, check: Check) -> TokenStream {
    let outcome = outcome(model, returned, check, &quote!(__wf_output));
    match is_certain(model, returned, check) {
        true => quote!(|_| #outcome),
        false => quote!(move |__wf_output| #outcome),
    }
}

/// Returns whether every call that returns ends ok, as the spelling alone shows.
pub(super) fn is_certain(model: &Model, returned: &Returned<'_>, check: Check) -> bool {
    model.verdict.is_none()
        && returned.output.content(Content::at_rest) == Content::Known
        && check(model, returned, &TokenStream::new()).is_empty()
}

/// The verdict of the author's `ok_if` or `error_if` on `output`; a mistaken type is reported
/// there.
pub(super) fn judged(
    runtime: &TokenStream,
    verdict: &Verdict,
    output: &TokenStream,
) -> TokenStream {
    let Verdict { of, told } = verdict;
    let (at, runtime) = runtime_at(runtime, of);
    match told {
        Told::OkIf => quote_spanned!(at=> #runtime::Outcome::ok_if(#output, #of)),
        Told::ErrorIf => quote_spanned!(at=> #runtime::Outcome::error_if(#output, #of)),
    }
}

fn failure(runtime: &TokenStream, returned: &Returned<'_>, output: &TokenStream) -> TokenStream {
    match returned.output.content(Content::at_rest) {
        Content::Known => quote!(#runtime::Outcome::Ok),
        Content::Fallible(depth) => err_within(runtime, output, depth),
        Content::Unknown => err_within(runtime, output, DEPTH),
    }
}

/// An error if there is an `Err` in `value`, a reference, at most `depth` types deep.
pub(super) fn err_within(runtime: &TokenStream, value: &TokenStream, depth: usize) -> TokenStream {
    let inner = (0..depth).map(|_| quote!(.inner()));
    quote!(#runtime::Probe::at(#value) #(#inner)* .outcome())
}

/// Refuses an output that may bring tokens when the function has returned it.
pub(super) fn plain_data(
    model: &Model,
    returned: &Returned<'_>,
    output: &TokenStream,
) -> TokenStream {
    if returned.is_value() || returned.output.content(Content::data) != Content::Unknown {
        return TokenStream::new();
    }
    let (at, runtime) = runtime_at(&model.runtime, &returned.spelled);
    let output = respanned(output, at);
    quote_spanned!(at=> #runtime::plain_data(#output);)
}

/// Refuses an output in which work goes on when the function has returned it.
pub(super) fn at_rest(model: &Model, returned: &Returned<'_>, output: &TokenStream) -> TokenStream {
    if returned.is_value() {
        return TokenStream::new();
    }
    let (at, runtime) = runtime_at(&model.runtime, &returned.spelled);
    let output = respanned(output, at);
    let probe = quote_spanned!(at=> #runtime::Probe::at(#output));
    match returned.output {
        Output::Unit => TokenStream::new(),
        Output::Spelled(ty) => at_rest_within(ty, &probe),
        Output::Named(_) | Output::Unknown => unknown_at_rest(at, &probe),
    }
}

/// The same of a part of it, where what is spelled is known to have parts.
fn at_rest_within(ty: &Type, probe: &TokenStream) -> TokenStream {
    if Content::at_rest(ty) != Content::Unknown {
        return TokenStream::new();
    }
    // A probe has no way into a trait object, nor to the parts of a long tuple.
    let held = type_arguments(ty)
        .next()
        .filter(|held| !matches!(held, Type::TraitObject(_)));
    match (ty, held) {
        (Type::Tuple(tuple), _) if tuple.elems.len() <= 6 => {
            let parts = tuple.elems.iter().enumerate();
            let parts =
                parts.map(|(i, part)| at_rest_within(plain(part), &part_of(probe, i, part)));
            parts.collect()
        }
        (_, Some(held))
            if is_result(ty) || is_spelled(ty, &HOLDERS) || is_spelled(ty, &["Vec"]) =>
        {
            let at = span_at(held);
            at_rest_within(held, &quote_spanned!(at=> #probe.inner()))
        }
        _ => unknown_at_rest(span_at(ty), probe),
    }
}

fn part_of(probe: &TokenStream, i: usize, part: &impl Spanned) -> TokenStream {
    let at = span_at(part);
    let name = Ident::new(&format!("part_{i}"), at);
    quote_spanned!(at=> #probe.#name())
}

fn unknown_at_rest(at: Span, probe: &TokenStream) -> TokenStream {
    let whole = quote_spanned!(at=> let __wf_probe = #probe;);
    let inner = quote_spanned!(at=> let __wf_probe = __wf_probe.inner(););
    let checked = quote_spanned!(at=> __wf_probe.no_future(); __wf_probe.no_stream(););
    quote!(#whole #checked #inner #checked #inner #checked)
}
