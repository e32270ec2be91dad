//! A measured stream or iterator in place of the one that the function returns.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::body;
use crate::return_type::syntax::Owner;
use crate::return_type::{Source, SourceKind};
use crate::tokens::runtime_at;

/// `measured`, an expression for a source around `__wf_output`, in the box and the result that this
/// came in; an `Err` in its place ends what `measurement` names.
pub(super) fn answer(
    runtime: &TokenStream,
    source: &Source<'_>,
    measured: &TokenStream,
    measurement: &TokenStream,
) -> TokenStream {
    let typed = typed(runtime, source);
    let made = in_its_box(runtime, &source.spelled, source.owner, measured);
    if !source.in_result {
        return quote!(#typed #made);
    }
    quote! {
        match __wf_output {
            ::core::result::Result::Ok(__wf_output) => {
                #typed
                ::core::result::Result::Ok(#made)
            }
            ::core::result::Result::Err(__wf_error) => {
                #measurement.end(#runtime::Outcome::Error);
                ::core::result::Result::Err(__wf_error)
            }
        }
    }
}

/// Fixes the type of the items as the signature has it, before the compiler gets to the closures
/// that look at them: nothing else in the function may say what it is.
fn typed(runtime: &TokenStream, source: &Source<'_>) -> TokenStream {
    let Some(item) = source.item else {
        return TokenStream::new();
    };
    let (at, runtime) = runtime_at(runtime, item);
    let item = body::annotation(Some(item));
    match source.kind {
        SourceKind::Stream => quote_spanned!(at=> #runtime::stream_of::<#item, _>(&__wf_output);),
        SourceKind::Iterator => {
            quote_spanned!(at=> #runtime::iterator_of::<#item, _>(&__wf_output);)
        }
    }
}

/// `measured` in what held the future, stream or iterator within it; a mistaken type is reported at
/// `spelled`.
pub(super) fn in_its_box(
    runtime: &TokenStream,
    spelled: &impl Spanned,
    owner: Owner,
    measured: &TokenStream,
) -> TokenStream {
    match owner {
        Owner::Plain => measured.clone(),
        Owner::Box => quote!(::std::boxed::Box::new(#measured)),
        Owner::PinBox => quote!(::std::boxed::Box::pin(#measured)),
        Owner::Named => {
            let (at, runtime) = runtime_at(runtime, spelled);
            quote_spanned!(at=> #runtime::Rebuild::rebuild(#measured))
        }
    }
}
