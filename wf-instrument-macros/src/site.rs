//! The static of each measured place, and its entry in the list of all sites.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;

use crate::args::labels::Label;

/// Declares `__WF_SITE`, a site of `kind` that `constructor` makes, with `labels` if there are any.
///
/// One static for each place in the source: all instances of a generic function share it.
pub(crate) fn declare(
    runtime: &TokenStream,
    kind: &str,
    constructor: &TokenStream,
    labels: &[Label],
) -> TokenStream {
    let names = labels.iter().map(|label| label.name.unraw().to_string());
    let labelled = match labels {
        [] => TokenStream::new(),
        _ => quote!(.labelled(&[#(#names),*])),
    };
    // Series whose labels are literals exist before their first event. A gauge has no value yet.
    let literals: Option<Vec<_>> = labels.iter().map(|label| label.value.literal()).collect();
    let known = match literals {
        Some(values) if !values.is_empty() && kind != "Gauge" => quote!(.known(&[#(#values),*])),
        _ => TokenStream::new(),
    };
    let variant = Ident::new(kind, Span::call_site());
    let site = Ident::new(&format!("{kind}Site"), Span::call_site());
    quote! {
        static __WF_SITE: #runtime::#site = #runtime::#site::#constructor #labelled #known;
        #runtime::list_site!(#variant, __WF_SITE);
    }
}

/// Returns the call of a site's method: `method(argument)`, or `method_with(&[values], argument)`
/// where the site has labels.
pub(crate) fn call(method: &str, labels: &[Label], argument: Option<&TokenStream>) -> TokenStream {
    if labels.is_empty() {
        let method = Ident::new(method, Span::call_site());
        return quote!(#method(#argument));
    }
    let method = Ident::new(&format!("{method}_with"), Span::call_site());
    let values = labels.iter().map(|label| label.value.as_str());
    let argument = argument.map(|argument| quote!(, #argument));
    quote!(#method(&[#(#values),*] #argument))
}
