//! The static behind each measured place, and its entry in the list of all that the linker puts together.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// Declares `__WF_SITE`, a site of `kind`, made by the call `made` of one of its constructors.
///
/// One static for each place in the source: a generic function shares it among all its instances.
pub(crate) fn declare(runtime: &TokenStream, kind: &str, made: &TokenStream) -> TokenStream {
    let variant = Ident::new(kind, Span::call_site());
    let site = Ident::new(&format!("{kind}Site"), Span::call_site());
    quote! {
        static __WF_SITE: #runtime::#site = #runtime::#site::#made;
        const _: () = {
            #[#runtime::linkme::distributed_slice(#runtime::SITES)]
            #[linkme(crate = #runtime::linkme)]
            static __WF_ENTRY: #runtime::SiteRef = #runtime::SiteRef::#variant(&__WF_SITE);
        };
    }
}
