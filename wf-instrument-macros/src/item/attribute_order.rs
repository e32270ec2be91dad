//! Attribute macros of others on a measured function: they go first, wherever they stand.
//!
//! Some look for a form of the body, as `tracing::instrument` does for
//! `Box::pin(async move { .. })`, and would not find it in a measured function. So an attribute
//! that has others' macros below it puts itself below them, and measures what they make.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Meta, Token};

use crate::item::function::Function;

/// The arguments of an attribute that has put itself below all others.
pub(crate) struct Last {
    /// The type of the impl block that the function was found in.
    pub(crate) owner: Option<Ident>,
    pub(crate) args: TokenStream,
}

/// The word in front of the arguments of an attribute that has put itself last.
const LAST: &str = "__wf_last";

impl Last {
    /// Reads what [`Last::below`] wrote; `None` of other arguments.
    pub(crate) fn read(args: &TokenStream) -> Option<Self> {
        let mut tokens = args.clone().into_iter();
        match [tokens.next()?, tokens.next()?, tokens.next()?] {
            [
                TokenTree::Ident(word),
                TokenTree::Group(owner),
                TokenTree::Group(args),
            ] if word == LAST => Some(Self {
                owner: syn::parse2(owner.stream()).ok(),
                args: args.stream(),
            }),
            _ => None,
        }
    }

    /// `function` with this attribute below the others; `runtime` is the runtime's macro interface.
    pub(crate) fn below(self, function: &Function, runtime: &TokenStream) -> TokenStream {
        let Self { owner, args } = self;
        let last = Ident::new(LAST, Span::call_site());
        function.with(&quote!(#[#runtime::wf_measure(#last (#owner) (#args))]))
    }
}

/// Whether a macro of another crate may stand among the function's attributes.
pub(crate) fn has_macros_of_others(function: &Function) -> bool {
    !function.attrs.iter().all(|attr| is_inert(attr.meta()))
}

/// Whether an attribute leaves the function's body alone: the compiler's own, those of tools, and
/// ours.
fn is_inert(meta: &Meta) -> bool {
    let path = meta.path();
    let ours = |word: &Ident| word == "wf_measure" || word == "wf_skip";
    if path.segments.last().is_some_and(|last| ours(&last.ident)) {
        return true;
    }
    match (path.get_ident(), path.segments.first()) {
        (Some(word), _) if word == "cfg_attr" => brings_inert(meta),
        (Some(word), _) => BUILT_IN.iter().any(|known| word == known),
        (None, Some(tool)) => TOOLS.iter().any(|known| tool.ident == known),
        (None, None) => true,
    }
}

/// Whether all attributes that `cfg_attr` may bring are inert.
fn brings_inert(meta: &Meta) -> bool {
    let Meta::List(list) = meta else {
        return true;
    };
    let parts = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone());
    parts.is_ok_and(|parts| parts.iter().skip(1).all(is_inert))
}

/// Attributes of the compiler that may stand on a function:
/// <https://doc.rust-lang.org/reference/attributes.html>.
const BUILT_IN: [&str; 27] = [
    "allow",
    "automatically_derived",
    "bench",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "ignore",
    "inline",
    "instruction_set",
    "link_section",
    "must_use",
    "no_mangle",
    "no_sanitize",
    "optimize",
    "panic_handler",
    "should_panic",
    "target_feature",
    "test",
    "track_caller",
    "unsafe",
    "warn",
];

const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;
    use crate::none_groups::visible;

    fn function(attrs: &TokenStream) -> Function {
        Function::read(visible(quote!(#attrs fn f() { 1 }))).unwrap()
    }

    #[test]
    fn macros_of_others_are_told_from_what_is_inert() {
        for inert in [
            quote!(),
            quote!(#[inline] #[doc = "x"] #[unsafe(no_mangle)] #[rustfmt::skip] #[test]),
            quote!(#[wf_instrument::wf_measure(ttft)] #[cfg_attr(x, inline, allow(unused))]),
        ] {
            assert!(!has_macros_of_others(&function(&inert)), "{inert}");
        }
        for other in [
            quote!(#[inline] #[tracing::instrument]),
            quote!(#[instrument(skip(self))]),
            quote!(#[cfg_attr(x, inline, tracing::instrument)]),
        ] {
            assert!(has_macros_of_others(&function(&other)), "{other}");
        }
    }

    #[test]
    fn what_is_put_last_is_read_back() {
        let function = function(&quote!(#[other]));
        let last = Last {
            owner: syn::parse_quote!(Engine),
            args: quote!(ttft, name = "x"),
        };
        let below = Function::read(visible(last.below(&function, &quote!(a::b)))).unwrap();
        assert_eq!(below.attrs.len(), 2);
        assert_eq!(
            below.attrs[1].meta().path().to_token_stream().to_string(),
            "a :: b :: wf_measure"
        );
        let last = Last::read(&below.attrs[1].arguments()).expect("it is last");
        assert_eq!(last.owner.unwrap(), "Engine");
        assert_eq!(last.args.to_string(), quote!(ttft, name = "x").to_string());
        assert!(Last::read(&quote!(ttft)).is_none());
        assert!(Last::read(&quote!()).is_none());
    }
}
