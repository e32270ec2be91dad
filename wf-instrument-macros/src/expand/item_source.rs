//! A measured stream or iterator in place of the one that the function returns.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::body;
use crate::return_type::syntax::Wrapper;
use crate::return_type::{ItemSource, ItemSourceKind};
use crate::tokens::runtime_at;

/// Returns `measured`, an expression around `__wf_output`, in the wrapper and the `Result` of the
/// original source.
///
/// An `Err` in its place ends the measurement in the variable `measurement`.
pub(super) fn wrap(
    runtime: &TokenStream,
    source: &ItemSource<'_>,
    measured: &TokenStream,
    measurement: &TokenStream,
) -> TokenStream {
    let fixed = fix_item_type(runtime, source);
    let wrapped = rewrap(runtime, &source.spelled, source.wrapper, measured);
    if !source.in_result {
        return quote!(#fixed #wrapped);
    }
    quote! {
        match __wf_output {
            ::core::result::Result::Ok(__wf_output) => {
                #fixed
                ::core::result::Result::Ok(#wrapped)
            }
            ::core::result::Result::Err(__wf_error) => {
                #measurement.end(#runtime::Outcome::Error);
                ::core::result::Result::Err(__wf_error)
            }
        }
    }
}

/// Returns a statement that fixes the item's type as the signature has it.
///
/// The compiler has to know it before it checks the closures that receive items: nothing else in
/// the function may determine it.
fn fix_item_type(runtime: &TokenStream, source: &ItemSource<'_>) -> TokenStream {
    let Some(item) = source.item else {
        return TokenStream::new();
    };
    let (span, runtime) = runtime_at(runtime, item);
    let item = body::inferable_type(Some(item));
    match source.kind {
        ItemSourceKind::Stream => {
            quote_spanned!(span=> #runtime::stream_of::<#item, _>(&__wf_output);)
        }
        ItemSourceKind::Iterator => {
            quote_spanned!(span=> #runtime::iterator_of::<#item, _>(&__wf_output);)
        }
    }
}

/// Returns `measured` in the wrapper of the original; a wrong type is reported at `spelled`.
pub(super) fn rewrap(
    runtime: &TokenStream,
    spelled: &impl Spanned,
    wrapper: Wrapper,
    measured: &TokenStream,
) -> TokenStream {
    match wrapper {
        Wrapper::Unboxed => measured.clone(),
        Wrapper::Box => quote!(::std::boxed::Box::new(#measured)),
        Wrapper::PinBox => quote!(::std::boxed::Box::pin(#measured)),
        Wrapper::Aliased => {
            let (span, runtime) = runtime_at(runtime, spelled);
            quote_spanned!(span=> #runtime::Rebuild::rebuild(#measured))
        }
    }
}
